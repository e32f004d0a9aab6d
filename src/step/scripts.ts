/**
 * The shell scripts that travel with a run, and the command lines by which the client starts them.
 * This module alone imports the .sh files. protocol/ has the words that they print and read.
 */
import checkout from "./checkout.sh" with { type: "text" };
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
import turn from "./turn.sh" with { type: "text" };

/** The mount path of the gate's emptyDir in the held container. The scripts name it literally. */
export const GATE_DIRECTORY = "/tkn-dev";

/** https://tekton.dev/docs/pipelines/tasks/#running-scripts-within-steps */
const TEKTON_PREAMBLE = "#!/bin/sh\nset -e\n";

/** An absolute path, because the env of a step may set a PATH without sh. */
const SHELL = "/bin/sh";

/**
 * The files that the loader unpacks, by name: for the gate, for the client and for a person there.
 */
const PAYLOAD = {
  gate,
  show,
  release,
  receive,
  edit,
  listen,
  shell,
  turn,
  "debug-run": debugRun,
  "debug-continue": debugContinue,
  "debug-fail-continue": debugFailContinue,
  "debug-info": debugInfo,
};

/** The line before the step's own script, the last file. */
const OWN_SCRIPT = "\n#=> script\n";

/** When a step holds: before its work, after it, or after work that failed. */
export type GateMode = "before" | "after" | "failure";

export interface GateScriptOptions {
  /** The name of the step. */
  readonly step: string;
  readonly mode: GateMode;
  /** Names of the variables whose values in the spec may be shown. */
  readonly plain: readonly string[];
  /** Names of the variables that the spec takes from secrets. */
  readonly secret: readonly string[];
  /** Whether the step takes in whole secrets, so that any other variable may come from one. */
  readonly hidden: boolean;
  /** The results that are missing if the step ends without its work; `step:NAME` is its own. */
  readonly results?: readonly string[];
  /** Whether it carries the scripts; otherwise an earlier step of the pod has unpacked them. */
  readonly carries: boolean;
  /** The script of the held step. */
  readonly own?: string;
  /** The command line that starts such a run, for a message. */
  readonly again?: string;
}

/**
 * Returns the script of a held step. The files that the loader unpacks to GATE_DIRECTORY follow it,
 * each after a line with its name:
 *
 *     exit 70 # never reached: below is payload
 *     #=> gate
 *     #!/bin/sh
 *
 * The script of the step itself is the last file. Without an interpreter it gets Tekton's default,
 * with `set -e`.
 */
export function gateScript(options: GateScriptOptions): string {
  const { carries, own } = options;
  let script = compact(loader);
  for (const [name, text] of Object.entries({ ...(carries && PAYLOAD), step: facts(options) })) {
    script += `#=> ${name}\n${compact(text)}`;
  }
  if (own === undefined) return script;
  const interpreted = own.trimStart().startsWith("#!") ? own : TEKTON_PREAMBLE + own;
  return `${script}${OWN_SCRIPT.slice(1)}${interpreted}${interpreted.endsWith("\n") ? "" : "\n"}`;
}

/**
 * Shortens a script, because Tekton limits its size: it loses its indentation, empty lines and
 * comments, except for the usage in its second line. No string in these scripts has lines like
 * that.
 */
function compact(script: string): string {
  const [first, usage, ...lines] = script.split("\n");
  const kept = lines.map((line) => line.trimStart().replace(COMMENT_BEHIND, ""))
    .filter((line) => !/^(?:#|$)/.test(line));
  return [first, usage, ...kept, ""].join("\n");
}

/** A comment behind code, without characters that could belong to a string. */
const COMMENT_BEHIND = / # [^"'`$\\]*$/;

/** A variable name in a shell. Kubernetes allows others, which no shell passes on either. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A result of the Task, or of the step. */
const RESULT_NAME = /^(?:step:)?[\w.-]+$/;

/** Returns assignments that tell the scripts about the step. */
function facts(
  { step, mode, plain, secret, hidden, results = [], again = "tkn-dev" }: GateScriptOptions,
): string {
  const list = (names: readonly string[], pattern = IDENTIFIER) =>
    `'${names.filter((name) => pattern.test(name)).join("\n")}'`;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `g_step=${quoted(step)} g_mode=${mode} g_hidden=${hidden ? 1 : ""}
g_again=${quoted(again)}
g_results=${list(results, RESULT_NAME)}
g_plain=${list(plain)}
g_secret=${list(secret)}
`;
}

/** Returns the arguments of the script of a held step. */
export function gateArguments(
  { watchdogSeconds, workspacePath, directory = "", own = [] }: {
    /** The step fails after so long without a client; 0: never. */
    watchdogSeconds: number;
    workspacePath: string;
    /** The directory below the workspace that the upload goes to; "" for the workspace itself. */
    directory?: string;
    /** The command and arguments of the held step. */
    own?: readonly string[];
  },
): string[] {
  return [String(watchdogSeconds), workspacePath, directory, ...own];
}

/**
 * Returns the work that a held step was given, from its gate's script and arguments: the reverse of
 * gateScript and gateArguments. Undefined for a script that is not a gate's.
 */
export function ownWork(
  script: string,
  args: readonly string[] = [],
): { readonly script?: string; readonly args: readonly string[] } | undefined {
  if (!script.startsWith(compact(loader))) return undefined;
  const at = script.indexOf(OWN_SCRIPT);
  return {
    ...(at < 0 ? {} : { script: script.slice(at + OWN_SCRIPT.length) }),
    args: args.slice(gateArguments({ watchdogSeconds: 0, workspacePath: "" }).length),
  };
}

/** Prefix of the name of a step result (`$(steps.STEP.results.NAME)`), as opposed to a Task's. */
export const OF_STEP = "step:";

export interface ReceiveOptions {
  /** The path of the workspace in the container. */
  workspace: string;
  /** Relative to the workspace, "." for its root. */
  directory: string;
  /** Ten letters and digits that distinguish this upload from others. */
  upload: string;
  /** Counts the attempts of the upload: each ends the receivers of earlier ones. */
  attempt: number;
  /** The last member of the archive. Without it nothing is verified, and nothing released. */
  manifest?: string;
  /** Where the record for the next upload is kept, see protocol/record.ts. */
  record?: string;
  /** The results to write once the upload is verified. */
  results: Readonly<Record<string, string>>;
  /** Whether the step is released after that, or stays held. */
  release: boolean;
  /** The command line that unpacks. A single word is run as a tar that extracts from stdin. */
  program: readonly string[];
}

/** Returns the command that receives an archive on its stdin, to run in the held container. */
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
 * Returns the command that writes the results and sends the word to the gate. `continue` ends the
 * step with the given exit code, or that of the last debug-run, or 0; `fail` fails it; `run` has it
 * run its own work.
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

/** Returns the command that exits with 0 while the script of a gate holds in this container. */
export function stillHeldCommand(): string[] {
  const script = "! [ -s /tkn-dev/released ] && . /tkn-dev/release";
  return [SHELL, "-c", script, SHELL, "held"];
}

export interface ShellOptions {
  /** The name of the step in the prompt. */
  readonly name: string;
  /** The kind of the user's terminal. */
  readonly term: string;
  /** The user, for others who open a shell there. */
  readonly user: string;
  /** The channel of the listener beside it; see listenCommand. */
  readonly channel: string;
  /** The first lines of debug-info; "" keeps the earlier ones. */
  readonly header: string;
}

/**
 * Returns the command for an interactive shell, bash or else sh, with the debug scripts on its
 * PATH. It first shows which step holds, and who else has a shell there. While it is open the gate
 * does not give up. It ends with its listener.
 */
export function shellCommand({ name, term, user, channel, header }: ShellOptions): string[] {
  return [SHELL, "/tkn-dev/shell", name, term, user, channel, header];
}

/** Returns the command for a shell with nothing but a prompt, if no script holds the step. */
export function plainShellCommand(
  { name, term }: Pick<ShellOptions, "name" | "term">,
): string[] {
  const script = `PS1="[$1] \\$ " TERM=$2 && export PS1 TERM
if command -v bash >/dev/null; then exec bash --norc -i; else exec ${SHELL} -i; fi`;
  return [SHELL, "-c", script, SHELL, name, term];
}

/**
 * Returns the command of the listener beside the shell of that channel, a word of letters and
 * digits. The end of its stdin ends the shell, which does not notice a lost connection itself.
 *
 * It prints `listening`, or `no` if there will be no requests. Then it prints each request of the
 * shell's debug-run, and passes each line of stdin back as the answer. Any process of the container
 * can write requests, see protocol/listen.ts:
 *
 *     edit        ready | no WORDS
 *     ran CODE    done
 */
export function listenCommand(channel: string): string[] {
  return [SHELL, "/tkn-dev/listen", channel];
}

/**
 * Returns the command that prints the programs that the step's image has, a line each, see
 * protocol/programs.ts.
 */
export function programsCommand(names: readonly string[]): string[] {
  const script = 'for p; do command -v "$p" >/dev/null 2>&1 && echo "$p"; done; :';
  return [SHELL, "-c", script, SHELL, ...names];
}

/**
 * Returns the command that prints the commit that a clone has checked out into the directory, see
 * protocol/checkout.ts. `results` are results of the Task that may have the commit.
 */
export function checkoutCommand(directory: string, results: readonly string[]): string[] {
  return [SHELL, "-c", compact(checkout), SHELL, directory, ...results];
}

/**
 * Returns the command that prints the paths of all files that git has checked out into the
 * directory, each with a NUL behind it. Exits with 3 if no repository is there.
 */
export function trackedCommand(directory: string): string[] {
  const script = `cd -P -- "$1" 2>/dev/null && [ -e .git ] || exit 3
exec git -c safe.directory='*' ls-files -z --recurse-submodules`;
  return [SHELL, "-c", script, SHELL, directory];
}

/** Returns the command that prints the line of a record that may have its base. */
export function recordedBaseCommand(directory: string, record: string): string[] {
  const script = `cd -P -- "$1" 2>/dev/null && [ -f "$2" ] && ! [ -h "$2" ] &&
{ read -r head && read -r base && printf '%s\\n' "$base"; } <"$2"`;
  return [SHELL, "-c", script, SHELL, directory, record];
}

/** Returns the command that shows the work of the held step, and its user. */
export function infoCommand(): string[] {
  return [SHELL, "/tkn-dev/debug-info", "--own"];
}

/** Returns the command that prints the original script of the step, or exits with 3. */
export function showCommand(): string[] {
  return [SHELL, "/tkn-dev/edit", "show"];
}

/**
 * Returns the command that runs the work of the step in place, shows it and exits with its exit
 * code. If there are secrets to mask, stdout arrives line by line with `live`, and otherwise in
 * blocks that keep every byte.
 */
export function debugRunCommand({ original = false, live = false } = {}): string[] {
  return [
    SHELL,
    "/tkn-dev/debug-run",
    ...(original ? ["--original"] : []),
    ...(live ? ["--live"] : []),
  ];
}

/**
 * Returns the command of one turn at a held step: it waits for the line `go` on stdin, runs the
 * step's work in place and exits with its exit code. The line `stop` and the end of stdin end the
 * work; an empty line keeps the gate from giving up. With `trace` it also shows the work, and each
 * line that it executes. With `joined`, stderr comes on stdout, in the order of the lines.
 * With `by`, those who work at the step see each other.
 */
export function turnCommand(
  { trace = false, joined = false, by }: { trace?: boolean; joined?: boolean; by?: Visitor } = {},
): string[] {
  return [
    SHELL,
    "/tkn-dev/turn",
    ...(joined ? ["--joined"] : []),
    ...(by === undefined ? [] : ["--by", by.name, by.user]),
    "--live",
    ...(trace ? [] : ["--plain"]),
  ];
}

/** Somebody who works at a held step. */
export interface Visitor {
  /** What all turns of a client have in common. */
  readonly name: string;
  /** The user's name, shown to others at the same step. */
  readonly user: string;
}

/**
 * Returns the command that reads an edited script from stdin, which debug-run and `run` then use.
 * An empty one restores the original.
 */
export function editCommand(): string[] {
  return [SHELL, "/tkn-dev/edit", "write"];
}

/** Returns the command that has the step run this text for sh in place of its work. */
export function insteadCommand(text: string): string[] {
  return [SHELL, "/tkn-dev/edit", "instead", text];
}
