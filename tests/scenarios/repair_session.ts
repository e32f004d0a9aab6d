/**
 * The session of docs/repair.cast: what is waited for on the screen and typed then. scripts/record_cast.ts records it
 * and the scenario of it replays it.
 */
import { isStatus } from "../../src/kube/status.ts";
import { PIPELINES } from "../../src/tekton/model.ts";
import { applyYaml, type Cluster } from "../support/cluster.ts";
import { commandLine } from "../support/program.ts";
import { TerminalSession } from "../support/terminal_session.ts";

export interface Turn {
  /** The screen's end; what is named in it is known from then on. */
  readonly until: RegExp;
  /** A line, or a key alone; `${name}` is what the screen had as that. */
  readonly type: string;
  readonly isKey?: true;
}

const LOCAL = /(?:^|\n)\$ $/;
const IN_FETCH = /\[fetch\/fetch\] \$ \S*$/;
const IN_PACK = /\[pack\/pack\] \$ \S*$/;
/** It takes an answer once it shows which there are. */
const ASKED = /\[e\]dit, no \(any other key\): $/;
const FAILED = new RegExp(`Exit code: +[1-9][^]*${IN_PACK.source}`);
/** What is typed into another shell later is what was shown here. */
const TO_KEEP_IT = new RegExp(`To keep the change: (?<patch>[^\\n]*)[^]*${IN_PACK.source}`);

export const REPAIR: readonly Turn[] = [
  { until: LOCAL, type: "ls greet/src" },
  { until: LOCAL, type: "tail -n 6 repair.yaml" },
  { until: LOCAL, type: "kubectl apply -f repair.yaml" },
  // The user's editor, one that edits the same each time.
  { until: LOCAL, type: "export EDITOR='sed -i s,src/greet,src/greet.sh,'" },
  {
    until: LOCAL,
    type: "tkn-dev pipeline debug pack --on-task fetch --on-failure --upload greet " +
      "--patch fix.json -w name=src,claimName=work",
  },
  { until: IN_FETCH, type: "debug-continue" },
  { until: IN_PACK, type: "debug-run" },
  { until: FAILED, type: "debug-run --edit" },
  { until: ASKED, type: "e", isKey: true },
  { until: TO_KEEP_IT, type: "debug-continue" },
  { until: LOCAL, type: "${patch}" },
  {
    until: LOCAL,
    type: "tkn-dev pipeline upload pack greet -w name=src,claimName=work",
  },
  { until: LOCAL, type: "exit" },
];

export const COLUMNS = 100;
export const ROWS = 30;
export const TERM = "xterm-256color";

const CLAIM = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: work }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

export interface SessionOptions {
  /** Empty, and its own. */
  readonly directory: string;
  readonly onOutput: (text: string) => void;
  /** Types a line, its end included, or a key. */
  readonly type: (session: TerminalSession, line: string) => Promise<void>;
}

/** Plays it on the cluster. Throws where the screen does not come to show what a turn waits for. */
export async function playRepair(cluster: Cluster, options: SessionOptions): Promise<void> {
  await applyYaml(cluster.kube, CLAIM);
  await deletePipeline(cluster);
  const { cwd, env } = await furnish(cluster, options.directory);
  const command = `stty cols ${COLUMNS} rows ${ROWS}; PS1='$ ' exec sh -i`;
  const { onOutput } = options;
  await using session = new TerminalSession(command, { cwd, env, onOutput });
  const known: Record<string, string> = {};
  for (const { until, type, isKey } of REPAIR) {
    Object.assign(known, (await session.until(until)).groups);
    const line = type.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => known[name]);
    await options.type(session, isKey ? line : `${line}\r`);
  }
  await session.end();
}

/** Of an earlier session, already patched. */
async function deletePipeline({ kube }: Cluster): Promise<void> {
  try {
    await kube.delete(PIPELINES, kube.namespace, "pack");
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** A directory with the Pipeline and the code, and all that kubectl and tkn-dev find without a flag. */
async function furnish(cluster: Cluster, directory: string) {
  const [cwd, bin] = [`${directory}/work`, `${directory}/bin`];
  await Promise.all([cwd, bin].map((path) => Deno.mkdir(path)));
  const root = new URL("../../", import.meta.url).pathname;
  await Deno.copyFile(`${root}docs/repair.yaml`, `${cwd}/repair.yaml`);
  await run("cp", "-r", `${root}examples/greet`, cwd);
  const kubeconfig = `${directory}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, await ownKubeconfig(cluster), { mode: 0o600 });
  await run("kubectl", ...setNamespace(kubeconfig, cluster.kube.namespace));
  const words = commandLine([]).map((word) => `'${word}'`).join(" ");
  // The cache of kubectl goes with the directory, that of Deno is to stay.
  const program = `#!/bin/sh\nHOME='${Deno.env.get("HOME") ?? ""}' exec ${words} "$@"\n`;
  await Deno.writeTextFile(`${bin}/tkn-dev`, program, { mode: 0o755 });
  return {
    cwd,
    env: {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      HOME: directory,
      KUBECONFIG: kubeconfig,
      SHELL: "/bin/sh",
      ENV: "",
      TERM,
      VISUAL: "",
      NO_COLOR: "",
    },
  };
}

/** The current context is the cluster's. */
async function ownKubeconfig({ flags, context }: Cluster): Promise<string> {
  const given = flags[flags.indexOf("--kubeconfig") + 1];
  const which = context === undefined ? [] : ["--context", context];
  const view = ["config", "view", "--raw", "--flatten", "--minify"];
  return await run("kubectl", ...view, "--kubeconfig", given, ...which);
}

function setNamespace(kubeconfig: string, namespace: string): string[] {
  const set = ["config", "set-context", "--current", "--namespace", namespace];
  return [...set, "--kubeconfig", kubeconfig];
}

/** Its stdout. */
async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
}
