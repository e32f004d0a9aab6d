/** `--watch`: a run on the directory, and another one each time that it has changed, until Ctrl-C. */
import { ExpectedError, Interrupted, INTERRUPTED_EXIT_CODE, UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { joined, printable } from "../printable.ts";
import { renderChanged } from "../view/changed.ts";
import { type Change, Changes } from "./changes.ts";
import { openSource, type Source } from "./source.ts";
import { tellError } from "./tell_error.ts";
import type { UploadFlags } from "./upload_options.ts";

/** One run to its end, which ends early where the host's interrupt aborts. */
export type Once = (host: Host, source: Source) => Promise<unknown>;

/** The exit code: 130, for only Ctrl-C ends it, but for what no change of a file makes better. */
export async function watch(host: Host, flags: UploadFlags, once: Once): Promise<number> {
  let source = await openSource(host, flags);
  await using changes = new Changes(host, flags);
  try {
    await changes.begin(source);
    for (let isFirst = true;; isFirst = false) {
      const change = await untilChange({ host, flags, once, changes, source, isFirst });
      host.terminal.err(joined([printable`\n`, renderChanged(change.paths)]));
      source = change.source;
    }
  } catch (error) {
    if (error !== host.interrupt.reason) throw error;
    if (host.terminal.isTerminal.stderr) host.terminal.err(printable`\n`); // it has shown ^C
    return INTERRUPTED_EXIT_CODE; // no run was going on
  }
}

interface Turn {
  readonly host: Host;
  readonly flags: UploadFlags;
  readonly once: Once;
  readonly changes: Changes;
  readonly source: Source;
  readonly isFirst: boolean;
}

/** One run, which is over when this resolves. */
async function untilChange(turn: Turn): Promise<Change> {
  const { flags, changes, source } = turn;
  const superseded = new AbortController();
  const running = runOne(turn, superseded.signal);
  running.catch(() => {}); // awaited in any case
  try {
    if (flags.watch === "after") await running;
    const failed = running.then(() => new Promise<never>(() => {}));
    return await Promise.race([changes.since(source), failed]);
  } finally {
    superseded.abort(new DOMException("superseded by the next run", "AbortError"));
    await running; // what it has to say of its end comes before all else
  }
}

/** What goes wrong with a run is told, and may go better with the next. */
async function runOne(
  { host, flags, once, source, isFirst }: Turn,
  superseded: AbortSignal,
): Promise<void> {
  const { terminal, interrupt } = host;
  const either = AbortSignal.any([interrupt, superseded]);
  try {
    // The same world, but for what interrupts.
    await once(Object.create(host, { interrupt: { value: either } }), source);
  } catch (error) {
    if (interrupt.aborted) throw error;
    if (error instanceof Interrupted || error === superseded.reason) return;
    if (!(error instanceof ExpectedError) || isFirst && error instanceof UsageError) throw error;
    tellError(host, error, flags.color);
  }
  if (either.aborted) return;
  terminal.err(printable`Watching ${flags.directory} for changes, Ctrl-C ends\n`);
}
