import { BREAKPOINT_LINE } from "./entrypoint.ts";
import debugContinue from "./debug-continue.sh" with { type: "text" };
import debugRun from "./debug-run.sh" with { type: "text" };
import debugFailContinue from "./debug-fail-continue.sh" with { type: "text" };
import gate from "./gate.sh" with { type: "text" };
import receive from "./receive.sh" with { type: "text" };
import release from "./release.sh" with { type: "text" };

/** Where the gate's emptyDir is mounted in the held container. The scripts name it literally. */
export const GATE_DIRECTORY = "/tkn-dev";

/** The gate's first line on stdout, up to the path of the workspace: the step is held from here on. */
export const HELD_PREFIX = "tkn-dev: held, workspace: ";

/** What holds a step: the script in its place, or the entrypoint before it. */
export type GateKind = "script" | "entrypoint";

/** A line of a step's log in which a gate says that it holds; `directory` is the workspace's path. */
export function readHeldLine(line: string): { gate: GateKind; directory: string } | undefined {
  if (line.startsWith(HELD_PREFIX)) {
    return { gate: "script", directory: line.slice(HELD_PREFIX.length) };
  }
  return line.includes(BREAKPOINT_LINE) ? { gate: "entrypoint", directory: "" } : undefined;
}

/** Exit codes of `receive` and `release`. Whatever is not `released` leaves the gate as it was. */
export const ReceiveExit = {
  /** Unpacked; with a manifest also verified, its receipt printed and the gate released. */
  released: 0,
  /** The command line is wrong: a bug of the client. */
  misused: 2,
  /** The directory leads out of the workspace. */
  directoryRefused: 10,
  /** The directory can't be made, entered or written to. */
  directoryUnusable: 11,
  /** The program that is to unpack is not in the image. */
  programMissing: 12,
  /** The program failed: its own exit code is in the line `program-exit N` on stdout. */
  programFailed: 13,
  /** The program was content, but the manifest at the end of the stream did not come. */
  streamCut: 14,
  /** What is there is not what the manifest lists. */
  treeDiffers: 15,
  /** A result can't be written. */
  resultUnwritable: 16,
  /** There is no gate: it was released before, or gave up. */
  gateGone: 17,
} as const;

/** https://tekton.dev/docs/pipelines/tasks/#running-scripts-within-steps */
const TEKTON_PREAMBLE = "#!/bin/sh\nset -e\n";

/** The gate's own: a step's env may have a PATH on which there is no sh. */
const SHELL = "/bin/sh";

/** What the gate unpacks, by name: the client's own, and those for a person in the container. */
const PAYLOAD = {
  receive,
  release,
  "debug-run": debugRun,
  "debug-continue": debugContinue,
  "debug-fail-continue": debugFailContinue,
};

/**
 * The script of a held step. Below the gate it carries the scripts that the gate unpacks to GATE_DIRECTORY, each
 * after a line with its name:
 *
 *     exit 70 # never reached: below is payload
 *     #=> receive
 *     #!/bin/sh
 *
 * `original` is the script of the step that is held, kept for the word `run`. One with no interpreter gets
 * the one that Tekton gives it, with `set -e`.
 */
export function gateScript(original?: string): string {
  let script = gate;
  for (const [name, text] of Object.entries(PAYLOAD)) {
    if (/^#=> /m.test(text)) throw new Error(`${name}.sh has a line that would begin a file`);
    script += `#=> ${name}\n${text}`;
  }
  if (original === undefined) return script;
  const interpreted = original.trimStart().startsWith("#!") ? original : TEKTON_PREAMBLE + original;
  return `${script}#=> script\n${interpreted}${interpreted.endsWith("\n") ? "" : "\n"}`;
}

/** The arguments of the script of a held step. After `watchdogSeconds` without a client it fails; 0: never. */
export function gateArguments(
  { watchdogSeconds, workspacePath, own = [] }: {
    watchdogSeconds: number;
    workspacePath: string;
    /** The held step's own command and arguments. */
    own?: readonly string[];
  },
): string[] {
  return [String(watchdogSeconds), workspacePath, ...own];
}

export interface ReceiveOptions {
  /** Relative to the workspace, "." for its root. */
  directory: string;
  /** The name of the archive's last member. Without one nothing is verified and nothing released. */
  manifest?: string;
  /** The Task results to write on release. */
  results: Readonly<Record<string, string>>;
  /** argv; a bare name is called as a tar that extracts from stdin. */
  program: readonly string[];
}

/** The command that takes an archive on its stdin, to be run in the held container. */
export function receiveCommand(
  { directory, manifest, results, program }: ReceiveOptions,
): string[] {
  const pairs = Object.entries(results);
  return [
    SHELL,
    "/tkn-dev/receive",
    directory,
    manifest ?? "-",
    String(pairs.length),
    ...pairs.flat(),
    ...program,
  ];
}

/** The command that writes the results and ends the gate: `continue` as success, `fail` as failure. */
export function releaseCommand(
  word: "continue" | "fail" | "run",
  results: Readonly<Record<string, string>> = {},
): string[] {
  return [SHELL, "/tkn-dev/release", word, ...Object.entries(results).flat()];
}

/** Exits with 0 while a script's gate holds. */
export function stillHeldCommand(): string[] {
  return [SHELL, "-c", `! [ -s ${GATE_DIRECTORY}/released ]`];
}

/**
 * An interactive shell with a prompt of its own and the debug scripts on its PATH: bash, else sh.
 * While it is open the gate does not give up. `term` is the kind of terminal that it talks to.
 */
export function shellCommand(name: string, term: string): string[] {
  const tell = `${SHELL} ${GATE_DIRECTORY}/release`;
  const script = `PS1="[$1] \\$ " PATH=${GATE_DIRECTORY}:$PATH TERM=$2 && export PS1 PATH TERM
${tell} receiving 2>/dev/null
trap '${tell} waiting 2>/dev/null' EXIT
trap 'exit 129' HUP
if command -v bash >/dev/null; then bash --norc -i; else ${SHELL} -i; fi`;
  return [SHELL, "-c", script, SHELL, name, term];
}
