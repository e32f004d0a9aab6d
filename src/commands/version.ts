/** `version`: what runs here and on the cluster, for a report. */
import { within } from "../async/limits.ts";
import type { Call } from "../cli/parse.ts";
import { ExpectedError } from "../errors.ts";
import type { ConnectOptions, Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { joined, type Printable, printable } from "../printable.ts";
import { readTektonVersion } from "../objects/tekton_version.ts";
import { COMMIT, VERSION } from "../version.ts";
import { connectFlags } from "./options/connect_flags.ts";
import { jsonFlag } from "./options/output_format.ts";
import { printData } from "./output/print_data.ts";

export interface Options {
  /** Absent with --client. */
  readonly connect?: ConnectOptions;
  readonly json: boolean;
}

/** How long the cluster may take to answer. */
const CLUSTER_MS = 5_000;

/** Pure. Throws UsageError. */
export function options({ flags }: Call): Options {
  return {
    connect: flags.on("client") ? undefined : connectFlags(flags),
    json: jsonFlag(flags),
  };
}

export async function run(host: Host, { connect, json }: Options): Promise<number> {
  const { runtime, platform } = host.build;
  const versions = {
    version: VERSION,
    commit: await commitOf(host),
    runtime,
    platform,
    ...(connect === undefined ? {} : await clusterVersions(host, connect)),
  };
  if (json) printData(host, `${JSON.stringify(versions)}\n`);
  else host.terminal.out(render(versions));
  return 0;
}

/** `tkn-dev 0.1.0`, then lines such as `Kubernetes: v1.34.1`. */
function render({ version, ...others }: Record<string, string>): Printable {
  const lines = Object.entries(others).map(([key, value]) => {
    const label = `${key[0].toUpperCase()}${key.slice(1)}:`;
    return printable`${label.padEnd("Kubernetes:".length)} ${value}\n`;
  });
  return joined([printable`tkn-dev ${version}\n`, ...lines]);
}

/** The commit of the build, or of the checkout that the program runs from, else "source". */
async function commitOf({ build: { checkout }, capture }: Host): Promise<string> {
  if (!COMMIT.startsWith("{")) return COMMIT;
  if (checkout === undefined) return "source";
  // The first line is empty at the top of a repository: another one may contain this directory.
  const command = ["git", "-C", checkout, "rev-parse", "--show-prefix", "--short", "HEAD"];
  const without = [{ name: "GIT_DIR" }, { name: "GIT_WORK_TREE" }];
  const printed = await capture(command, { without });
  const [, commit] = /^\n([0-9a-f]+)\n$/.exec(printed ?? "") ?? [];
  return commit ?? "source";
}

/** "unknown" for what the cluster does not tell, with the reason if there is no cluster. */
async function clusterVersions(
  host: Host,
  connect: ConnectOptions,
): Promise<{ kubernetes: string; tekton: string }> {
  const { clock, interrupt: signal } = host;
  const known = { kubernetes: "unknown", tekton: "unknown" };
  const ask = async (kube: Kube) => {
    const tekton = readTektonVersion(kube).then((version) => known.tekton = version ?? "unknown");
    tekton.catch(() => {}); // awaited below
    known.kubernetes = await kube.serverVersion();
    await tekton;
  };
  try {
    const kube = await host.connect(connect); // the user may have to sign in: that has no limit
    await within(clock, { ms: CLUSTER_MS, signal }, ask(kube));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExpectedError)) throw error;
    if (known.kubernetes === "unknown") known.kubernetes = `unknown (${error.message})`;
  }
  return known;
}
