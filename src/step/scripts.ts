import debugContinue from "./debug-continue.sh" with { type: "text" };
import debugInfo from "./debug-info.sh" with { type: "text" };
import debugRun from "./debug-run.sh" with { type: "text" };
import debugFailContinue from "./debug-fail-continue.sh" with { type: "text" };
import edit from "./edit.sh" with { type: "text" };
import gate from "./gate.sh" with { type: "text" };
import listen from "./listen.sh" with { type: "text" };
import loader from "./loader.sh" with { type: "text" };
import receive from "./receive.sh" with { type: "text" };
import release from "./release.sh" with { type: "text" };
import shell from "./shell.sh" with { type: "text" };
import show from "./show.sh" with { type: "text" };

/** Where the gate's emptyDir is mounted in the held container. The scripts name it literally. */
export const GATE_DIRECTORY = "/tkn-dev";

/** https://tekton.dev/docs/pipelines/tasks/#running-scripts-within-steps */
const TEKTON_PREAMBLE = "#!/bin/sh\nset -e\n";

/** The gate's own: a step's env may have a PATH on which there is no sh. */
const SHELL = "/bin/sh";

/** What the loader unpacks, by name: the gate, the client's own, and those for a person in the container. */
const PAYLOAD = {
  gate,
  show,
  release,
  receive,
  edit,
  listen,
  shell,
  "debug-run": debugRun,
  "debug-continue": debugContinue,
  "debug-fail-continue": debugFailContinue,
  "debug-info": debugInfo,
};

/** When a step holds: before its work, after it, or after work that failed. */
export type GateMode = "before" | "after" | "failure";

export interface GateScriptOptions {
  /** The step's name. */
  readonly step: string;
  readonly mode: GateMode;
  /** Names of the variables that the spec sets to what may be shown. */
  readonly plain: readonly string[];
  /** Names of those that it takes from secrets. */
  readonly secret: readonly string[];
  /** It takes whole secrets in: every variable that is not named may be of one. */
  readonly hidden: boolean;
  /** It brings the scripts along; one that does not relies on an earlier step of its pod that did. */
  readonly carries: boolean;
  /** The held step's own script. */
  readonly own?: string;
  /** The command line that starts such a run. */
  readonly again?: string;
}

/**
 * The script of a held step. Below the loader are the files that it unpacks to GATE_DIRECTORY, each after a line with
 * its name:
 *
 *     exit 70 # never reached: below is payload
 *     #=> gate
 *     #!/bin/sh
 *
 * The step's own script is the last; one with no interpreter gets the one that Tekton gives it, with `set -e`.
 */
export function gateScript(options: GateScriptOptions): string {
  const { carries, own } = options;
  let script = compact(loader);
  for (const [name, text] of Object.entries({ ...(carries && PAYLOAD), step: facts(options) })) {
    script += `#=> ${name}\n${compact(text)}`;
  }
  if (own === undefined) return script;
  const interpreted = own.trimStart().startsWith("#!") ? own : TEKTON_PREAMBLE + own;
  return `${script}#=> script\n${interpreted}${interpreted.endsWith("\n") ? "" : "\n"}`;
}

/**
 * A script as it travels, for Tekton's room is small: without indentation, empty lines and comments, but for the first,
 * which is its usage. No string of these scripts has lines of which that would take something.
 */
function compact(script: string): string {
  const [first, usage, ...lines] = script.split("\n");
  const kept = lines.map((line) => line.trimStart().replace(COMMENT_BEHIND, ""))
    .filter((line) => !/^(?:#|$)/.test(line));
  return [first, usage, ...kept, ""].join("\n");
}

/** With nothing in it that could be of a string. */
const COMMENT_BEHIND = / # [^"'`$\\]*$/;

/** A name that a shell can read: Kubernetes allows others, which no shell hands on either. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What the scripts know of the step, for a shell to read. */
function facts(
  { step, mode, plain, secret, hidden, again = "tkn-dev" }: GateScriptOptions,
): string {
  const list = (names: readonly string[]) =>
    `'${names.filter((name) => IDENTIFIER.test(name)).join("\n")}'`;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `g_step=${quoted(step)} g_mode=${mode} g_hidden=${hidden ? 1 : ""}
g_again=${quoted(again)}
g_plain=${list(plain)}
g_secret=${list(secret)}
`;
}

/** The arguments of the script of a held step. After `watchdogSeconds` without a client it fails; 0: never. */
export function gateArguments(
  { watchdogSeconds, workspacePath, directory = "", own = [] }: {
    watchdogSeconds: number;
    workspacePath: string;
    /** Where below that the upload goes; "": there itself. */
    directory?: string;
    /** The held step's own command and arguments. */
    own?: readonly string[];
  },
): string[] {
  return [String(watchdogSeconds), workspacePath, directory, ...own];
}

/** In front of a result's name: it is the step's own, see `$(steps.STEP.results.NAME)`, not its Task's. */
export const OF_STEP = "step:";

export interface ReceiveOptions {
  /** The workspace's path in the container. */
  workspace: string;
  /** Relative to the workspace, "." for its root. */
  directory: string;
  /** Ten letters and digits that tell this upload from others. */
  upload: string;
  /** Counts its attempts: an attempt ends the receivers of earlier ones. */
  attempt: number;
  /** The name of the archive's last member. Without one nothing is verified and nothing released. */
  manifest?: string;
  /** Where what is sent is written down for the next upload, see src/step/protocol/record.ts. */
  record?: string;
  /** The Task results to write once it is verified. */
  results: Readonly<Record<string, string>>;
  /** Lets the step go on after that; else it stays held. */
  release: boolean;
  /** argv; a bare name is called as a tar that extracts from stdin. */
  program: readonly string[];
}

/** The command that takes an archive on its stdin, to be run in the held container. */
export function receiveCommand(
  { workspace, directory, upload, attempt, manifest, record, results, release, program }:
    ReceiveOptions,
): string[] {
  const pairs = Object.entries(results);
  return [
    SHELL,
    "/tkn-dev/receive",
    workspace,
    directory,
    upload,
    String(attempt),
    manifest ?? "-",
    record ?? "-",
    release ? "continue" : "hold",
    String(pairs.length),
    ...pairs.flat(),
    ...program,
  ];
}

/**
 * The command that writes the results and says the word to the gate: `continue` ends it with the exit code given, else
 * that of the last debug-run, else as success; `fail` as failure; `run` has it do the step's own work in its place.
 */
export function releaseCommand(
  word: "continue" | "fail" | "run",
  { results = {}, exitCode }: {
    results?: Readonly<Record<string, string>>;
    exitCode?: number;
  } = {},
): string[] {
  const code = exitCode === undefined ? [] : [String(exitCode)];
  return [SHELL, "/tkn-dev/release", word, ...code, ...Object.entries(results).flat()];
}

/** Exits with 0 while a script's gate holds in this container. */
export function stillHeldCommand(): string[] {
  const script = "! [ -s /tkn-dev/released ] && . /tkn-dev/release";
  return [SHELL, "-c", script, SHELL, "held"];
}

export interface ShellOptions {
  /** The step's in the prompt. */
  readonly name: string;
  /** The kind of terminal that it talks to. */
  readonly term: string;
  /** Who opens it, for others who do so meanwhile. */
  readonly user: string;
  /** Of the listener beside it; see listenCommand. */
  readonly channel: string;
  /** What debug-info says first; "": what it said before. */
  readonly header: string;
}

/**
 * An interactive shell with a prompt of its own and the debug scripts on its PATH: bash, else sh. It says who else has
 * one here and what holds; while it is open the gate does not give up. The end of its listener ends it.
 */
export function shellCommand({ name, term, user, channel, header }: ShellOptions): string[] {
  return [SHELL, "/tkn-dev/shell", name, term, user, channel, header];
}

/** The same with nothing but its prompt, where another gate than the script holds. */
export function plainShellCommand(
  { name, term }: Pick<ShellOptions, "name" | "term">,
): string[] {
  const script = `PS1="[$1] \\$ " TERM=$2 && export PS1 TERM
if command -v bash >/dev/null; then exec bash --norc -i; else exec ${SHELL} -i; fi`;
  return [SHELL, "-c", script, SHELL, name, term];
}

/**
 * Beside a shell of the same channel, a word of letters and digits: the end of its stdin ends that shell, for a terminal
 * over there does not notice that its connection is lost. Says `listening` (or `no`: there will be no requests), then
 * hands each request of the shell's debug-run to stdout and each line of stdin to it as the answer. The requests, which
 * any process of the container can write (see protocol/listen.ts):
 *
 *     edit        ready | no WORDS
 *     ran CODE    done
 */
export function listenCommand(channel: string): string[] {
  return [SHELL, "/tkn-dev/listen", channel];
}

/** Says what work the step waits to do, and as who: what only its container knows. */
export function infoCommand(): string[] {
  return [SHELL, "/tkn-dev/debug-info", "--own"];
}

/** Prints the step's own script, whatever was edited. Exits with 3 where it has none. */
export function showCommand(): string[] {
  return [SHELL, "/tkn-dev/edit", "show"];
}

/**
 * Does the step's own work here, shows it and comes back with its exit code. Where there are secrets to mask, `live`
 * has stdout come a line at a time; else it comes in blocks, and with every byte that it has.
 */
export function debugRunCommand({ original = false, live = false } = {}): string[] {
  return [
    SHELL,
    "/tkn-dev/debug-run",
    ...(original ? ["--original"] : []),
    ...(live ? ["--live"] : []),
  ];
}

/** Takes from stdin what debug-run and `run` are to do in the place of the step's script; nothing: that again. */
export function editCommand(): string[] {
  return [SHELL, "/tkn-dev/edit", "write"];
}

/** Has the step do this text for sh in its own place, and nothing of its own. */
export function insteadCommand(text: string): string[] {
  return [SHELL, "/tkn-dev/edit", "instead", text];
}
