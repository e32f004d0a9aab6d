/** `doctor`: whether this user can upload and debug here, and what mends it if not. */
import { within } from "../async/limits.ts";
import type { Call } from "../cli/parse.ts";
import type { ConnectOptions, Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { readFeatureFlags } from "../objects/tekton_version.ts";
import { type Finding, renderFinding, renderVerdict } from "../view/findings.ts";
import { styles } from "../view/text/style.ts";
import { checkContext, checkNamespace } from "./doctor/check_context.ts";
import { checkDirectory, checkGit } from "./doctor/check_directory.ts";
import { checkHeldStep } from "./doctor/check_held_step.ts";
import { type AskedUpload, checkPipeline } from "./doctor/check_pipeline.ts";
import { checkPods } from "./doctor/check_pods.ts";
import { checkRights } from "./doctor/check_rights.ts";
import { checkServer, identityOf, wayTo } from "./doctor/check_server.ts";
import { checkStorage } from "./doctor/check_storage.ts";
import { checkFeatureFlags, checkRunIsTaken, checkTekton } from "./doctor/check_tekton.ts";
import { foundError, inTime } from "./doctor/finding.ts";
import { connectFlags } from "./options/connect_flags.ts";
import { jsonFlag } from "./options/output_format.ts";
import { useColor } from "./output/color.ts";
import { printData } from "./output/print_data.ts";

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
    json: jsonFlag(flags),
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
    const columns = terminal.isTerminal.stdout ? terminal.columns() : Infinity;
    for (const one of found) terminal.out(renderFinding(one, shown, columns));
  }
  const isReady = !findings.some(({ state }) => state === "failure");
  if (options.json) printData(host, `${JSON.stringify({ ready: isReady, findings })}\n`);
  else terminal.out(renderVerdict(findings, shown));
  return isReady ? 0 : FAILED;
}

/** How long a check may take: a request, a walk of the directory, and what a run's plan takes. */
const REQUEST_MS = 10_000;
/** How long the command that grants rights waits for the user's name. */
const USER_MS = 5_000;
const DIRECTORY_MS = 30_000;
const EXEC_MS = 30_000;
const PIPELINE_MS = 60_000;

/** Yields the findings in the order in which they matter. */
async function* diagnose(host: Host, options: Options): AsyncGenerator<Finding[]> {
  const { connect, directory } = options;
  const local = inTime(
    host,
    { check: "directory", ms: DIRECTORY_MS },
    checkDirectory(host, directory),
  );
  yield [await checkGit(host)];
  yield await local;
  let kube: Kube;
  try {
    kube = await host.connect(connect); // the user may have to sign in: that has no limit
  } catch (error) {
    yield [foundError("kubeconfig", error)];
    return;
  }
  yield await checkContext(host, connect, kube);
  const between = kube.proxy === undefined ? "is a proxy or VPN between?" : "is the proxy up?";
  const fix = `--verbose shows the requests; ${between}`;
  const asked = { check: "server", ms: REQUEST_MS, asked: wayTo(kube), fix };
  const [server] = await inTime(host, asked, checkServer(kube, host.clock));
  yield [server];
  // Otherwise no other request would be answered.
  if (server.state !== "failure") yield* checkCluster(host, kube, options);
}

/** Makes all checks at once, each with a limit: a slow one does not hide the others. */
async function* checkCluster(
  host: Host,
  kube: Kube,
  { upload }: Options,
): AsyncGenerator<Finding[]> {
  const { clock, interrupt: signal } = host;
  const limited = (check: string, found: Promise<Finding | Finding[]>, ms = REQUEST_MS) =>
    inTime(host, { check, ms }, found);
  const identity = identityOf(kube);
  const user = within(clock, { ms: USER_MS, signal }, identity)
    .then(({ user }) => user, () => undefined);
  const flags = readFeatureFlags(kube);
  const ofCluster = [
    limited("identity", identity.then(({ finding }) => finding)),
    limited("tekton", checkTekton(kube)),
    limited("feature flags", checkFeatureFlags(flags)),
  ];
  const namespace = limited("namespace", checkNamespace(kube));
  const isThere = (await namespace).length === 0;
  const ofNamespace = !isThere ? [] : [
    limited("rights", checkRights(kube, user)),
    limited("runs", checkRunIsTaken(kube, clock)),
    limited("pods", checkPods(kube, flags)),
    upload === undefined
      ? limited("storage", checkStorage(kube))
      : limited("pipeline", checkPipeline(host, kube, upload, flags), PIPELINE_MS),
    limited("exec", checkHeldStep(kube, clock), EXEC_MS),
  ];
  for (const check of [...ofCluster, namespace, ...ofNamespace]) yield await check;
}
