/**
 * The command lines by which the client starts the scripts that travel with a run. protocol/ has
 * the words that they print and read.
 */
import checkout from "./checkout.sh" with { type: "text" };
import { compact } from "./gate_script.ts";

/** An absolute path, because the env of a step may set a PATH without sh. */
const SHELL = "/bin/sh";

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
  /** The same for all turns of a client. */
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
