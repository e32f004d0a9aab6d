/** `doctor`: whether this user can upload and debug here, and what mends it if not. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { ConnectOptions, Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { printable } from "../printable.ts";
import { type Finding, renderFinding, renderVerdict } from "../view/findings.ts";
import { styles } from "../view/text/style.ts";
import { checkDirectory } from "./doctor/check_directory.ts";
import { checkHeldStep } from "./doctor/check_held_step.ts";
import { checkPods, checkStorage } from "./doctor/check_namespace.ts";
import { type AskedUpload, checkPipeline } from "./doctor/check_pipeline.ts";
import { checkRights } from "./doctor/check_rights.ts";
import { checkServer, identityOf } from "./doctor/check_server.ts";
import { checkFeatureFlags, checkRunIsTaken, checkTekton } from "./doctor/check_tekton.ts";
import { foundError } from "./doctor/finding.ts";
import { connectFlags } from "./options/connect_flags.ts";
import { useColor } from "./output/color.ts";

export interface Options {
  readonly connect: ConnectOptions;
  readonly directory: string;
  readonly upload?: AskedUpload;
  readonly json: boolean;
  readonly color: boolean;
}

/** The exit code if a check failed: that of the cluster's errors. */
const FAILED = 3;

/** Pure. Throws UsageError. */
export function options({ args, flags }: Call): Options {
  const format = flags.text("output");
  if (format !== undefined && format.toLowerCase() !== "json") {
    throw new UsageError(`Cannot print as --output "${format}": no such format`, {
      hint: "the only one is json",
    });
  }
  const { PIPELINE: pipeline, DIR: directory = "." } = args;
  return {
    connect: connectFlags(flags),
    directory,
    upload: pipeline === undefined ? undefined : {
      pipeline,
      params: flags.texts("param"),
      workspaces: flags.texts("workspace"),
      task: flags.text("on-task"),
    },
    json: format !== undefined,
    color: !flags.on("no-color"),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const { terminal } = host;
  const shown = styles(useColor(host, "stdout", options.color));
  const findings: Finding[] = [];
  for await (const found of diagnose(host, options)) {
    findings.push(...found);
    if (options.json) continue;
    for (const one of found) terminal.out(renderFinding(one, shown));
  }
  const isReady = !findings.some(({ state }) => state === "failure");
  terminal.out(
    options.json
      ? printable`${JSON.stringify({ ready: isReady, findings })}\n`
      : renderVerdict(findings, shown),
  );
  return isReady ? 0 : FAILED;
}

/** Yields the findings in the order in which they matter. The checks run at once. */
async function* diagnose(
  host: Host,
  { connect, directory, upload }: Options,
): AsyncGenerator<Finding[]> {
  const { clock } = host;
  yield await checkDirectory(host, directory);
  let kube: Kube;
  try {
    kube = await host.connect(connect);
  } catch (error) {
    yield [foundError("kubeconfig", error)];
    return;
  }
  const server = await checkServer(kube, clock);
  yield [server];
  if (server.state === "failure") return; // no other request would be answered
  const identity = identityOf(kube);
  const user = identity.then(({ user }) => user);
  const checks: Promise<Finding[]>[] = [
    identity.then(({ finding }) => [finding]),
    user.then((user) => checkRights(kube, user)),
    checkTekton(kube).then((one) => [one]),
    checkFeatureFlags(kube).then((one) => [one]),
    checkRunIsTaken(kube, clock),
    checkPods(kube).then((one) => [one]),
    checkStorage(kube).then((one) => [one]),
    checkHeldStep(kube, clock),
    ...(upload === undefined ? [] : [checkPipeline(host, kube, upload)]),
  ];
  for (const check of checks) check.catch(() => {}); // awaited below, in order
  for (const check of checks) yield await check;
}
