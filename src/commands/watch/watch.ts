/** --watch: a run on the directory, and another run after each change, until Ctrl-C. */
import { ExpectedError, Interrupted, INTERRUPTED_EXIT_CODE, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { joined, printable } from "../../printable.ts";
import { renderChanged } from "../../view/changed.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import { printError } from "../output/print_error.ts";
import { openSource, type Source } from "../source/source.ts";
import { type Change, Changes } from "./changes.ts";
import { IdleLine } from "./idle_line.ts";

/** Runs once, to the run's end. Ends early when the host's interrupt aborts. */
export type RunOnce = (host: Host, source: Source) => Promise<unknown>;

/** Returns a host whose interrupt is the end of the terminal, too: nobody can end a watch then. */
export function endsWithTerminal(host: Host): Host {
  return { ...host, interrupt: AbortSignal.any([host.interrupt, host.hangup()]) };
}

/**
 * Returns 130, as only Ctrl-C ends the watching. Throws errors that no change of a file can fix.
 */
export async function watch(
  host: Host,
  flags: UploadFlags,
  runOnce: RunOnce,
  line = new IdleLine(host),
): Promise<number> {
  let source = await openSource(host, flags);
  const print = (error: ExpectedError) => line.aside(() => printError(host, error, flags.color));
  await using changes = new Changes(host, flags, print);
  try {
    await changes.begin(source);
    for (let isFirst = true;; isFirst = false) {
      const change = await untilChange({ host, flags, runOnce, changes, source, line, isFirst });
      host.terminal.err(joined([printable`\n`, renderChanged(change.paths)]));
      source = change.source;
    }
  } catch (error) {
    if (error !== host.interrupt.reason) throw error;
    if (host.terminal.isTerminal.stderr) host.terminal.err(printable`\n`); // ends the terminal's ^C
    return INTERRUPTED_EXIT_CODE; // between two runs
  }
}

interface Turn {
  readonly host: Host;
  readonly flags: UploadFlags;
  readonly runOnce: RunOnce;
  readonly changes: Changes;
  readonly source: Source;
  readonly line: IdleLine;
  readonly isFirst: boolean;
}

/** Runs once, and returns the next change. The run has ended by then. */
async function untilChange(turn: Turn): Promise<Change> {
  const { flags, changes, source, line } = turn;
  const superseded = new AbortController();
  const running = runAndReport(turn, superseded.signal);
  running.catch(() => {}); // awaited below in each case
  try {
    if (flags.watch !== "restart") await running;
    const failed = running.then(() => new Promise<never>(() => {}));
    return await Promise.race([changes.since(source), failed]);
  } finally {
    superseded.abort(new DOMException("superseded by the next run", "AbortError"));
    await running; // its last messages come before those of the next run
    line.end();
  }
}

/** Prints the error of a failed run. Throws errors that no change of a file can fix. */
async function runAndReport(
  { host, flags, runOnce, source, line, isFirst }: Turn,
  superseded: AbortSignal,
): Promise<void> {
  const { terminal, interrupt } = host;
  const either = AbortSignal.any([interrupt, superseded]);
  try {
    await runOnce({ ...host, interrupt: either }, source);
  } catch (error) {
    if (interrupt.aborted) throw error;
    if (error instanceof Interrupted || error === superseded.reason) return;
    if (!(error instanceof ExpectedError) || isFirst && error instanceof UsageError) throw error;
    printError(host, error, flags.color);
  }
  if (either.aborted) return;
  terminal.err(printable`Watching ${flags.directory} for changes, Ctrl-C ends\n`);
  line.begin();
}
