/**
 * The session of docs/repair.cast: what the screen must show, and what is typed then.
 * scripts/record_cast.ts records it, and a scenario replays it.
 */
import { isStatus } from "../../../src/kube/status.ts";
import { PIPELINES } from "../../../src/tekton/model.ts";
import { applyYaml, type Cluster } from "../../support/cluster.ts";
import { commandLine } from "../../support/program.ts";
import { TerminalSession } from "../../support/terminal_session.ts";

export interface Turn {
  /** The end of the screen. Later turns can use its named groups. */
  readonly until: RegExp;
  /** A line, or one key; `${name}` is a named group of an earlier turn. */
  readonly type: string;
  readonly isKey?: true;
}

const LOCAL = /(?:^|\n)\$ $/;
const IN_PACK = /\[pack\/pack\] \$ \S*$/;
/** The question accepts an answer once it lists the answers. */
const ASKED = /\[e\]dit, no \(any other key\): $/;
const FAILED = new RegExp(`Exit code: +[1-9][^]*${IN_PACK.source}`);
/** The command that the user later types in another shell. */
const TO_KEEP_IT = new RegExp(`To keep the change: (?<patch>[^\\n]*)[^]*${IN_PACK.source}`);

const REPAIR: readonly Turn[] = [
  { until: LOCAL, type: "ls greet/src" },
  { until: LOCAL, type: "tail -n 6 repair.yaml" },
  { until: LOCAL, type: "kubectl apply -f repair.yaml" },
  // The user's editor. It makes the same edit each time.
  { until: LOCAL, type: "export EDITOR='sed -i s,src/greet,src/greet.sh,'" },
  {
    until: LOCAL,
    type: "tkn-dev pipeline debug pack greet --on-failure --patch fix.json " +
      "-w name=src,claimName=work",
  },
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
  /** An empty directory for this session only. */
  readonly directory: string;
  readonly onOutput: (text: string) => void;
  /** Types a line with its end, or a key. */
  readonly type: (session: TerminalSession, line: string) => Promise<void>;
}

/** Plays the session on the cluster. Throws if the screen does not show what a turn waits for. */
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

/** Deletes the Pipeline, which an earlier session patched. */
async function deletePipeline({ kube }: Cluster): Promise<void> {
  try {
    await kube.delete(PIPELINES, kube.namespace, "pack");
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/**
 * Makes a directory with the Pipeline and the code, and an environment so that kubectl and tkn-dev
 * need no flags.
 */
async function furnish(cluster: Cluster, directory: string) {
  const [cwd, bin] = [`${directory}/work`, `${directory}/bin`];
  await Promise.all([cwd, bin].map((path) => Deno.mkdir(path)));
  const root = new URL("../../../", import.meta.url).pathname;
  await Deno.copyFile(`${root}docs/repair.yaml`, `${cwd}/repair.yaml`);
  await run("cp", "-r", `${root}examples/greet`, cwd);
  const kubeconfig = `${directory}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, await ownKubeconfig(cluster), { mode: 0o600 });
  await run("kubectl", ...setNamespace(kubeconfig, cluster.kube.namespace));
  const words = commandLine([]).map((word) => `'${word}'`).join(" ");
  // kubectl's cache is deleted with the directory; Deno's cache must stay.
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

/** Returns a kubeconfig whose current context is the cluster's. */
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

/** Returns the program's stdout. */
async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
}
