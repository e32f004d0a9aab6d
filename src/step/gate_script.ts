/**
 * The script of a held step, which brings the scripts of this folder into its container: the loader
 * unpacks them there. scripts.ts has the command lines that start them.
 */
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
  /** All results that the Task and, as `step:NAME`, the step declare; undefined if not known. */
  readonly declared?: readonly string[];
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
export function compact(script: string): string {
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
  { step, mode, plain, secret, hidden, results = [], declared, again = "tkn-dev" }:
    GateScriptOptions,
): string {
  const list = (names: readonly string[], pattern = IDENTIFIER) =>
    `'${names.filter((name) => pattern.test(name)).join("\n")}'`;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const known = declared === undefined ? "" : `g_declared=${list(declared, RESULT_NAME)}\n`;
  return `g_step=${quoted(step)} g_mode=${mode} g_hidden=${hidden ? 1 : ""}
g_again=${quoted(again)}
g_results=${list(results, RESULT_NAME)}
${known}g_plain=${list(plain)}
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
