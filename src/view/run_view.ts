/** A run's events as text: logs are data and go to stdout, the rest is narration on stderr. Pure. */
import type { RunEvent } from "../events.ts";
import { escape, joined, oneLine, type Printable, printable, trimmedEnd } from "../printable.ts";
import { LogLines, type LogOptions } from "./log_line.ts";
import { renderProgress } from "./progress.ts";
import { renderSummary } from "./summary.ts";
import {
  fit,
  formatBytes,
  formatCount,
  formatDuration,
  formatFiles,
  formatRate,
} from "./text/units.ts";

/**
 * `text` ends with a newline. A `status` is a transient line without one, on a terminal: the next
 * one takes its place, "" ends it. screen.ts draws both.
 */
export type Output =
  | { readonly to: "stdout" | "stderr"; readonly text: Printable }
  | { readonly status: Printable };

export interface RunViewOptions {
  readonly color: boolean;
  /** Whether stderr is a terminal: without one what is waited for and sent becomes plain lines. */
  readonly terminal: boolean;
  readonly columns: () => number;
  readonly showlogs: boolean;
  /** For the logs, where stdout is not like stderr: `tkn-dev ... > log.txt`. */
  readonly logs?: LogOptions;
}

/** Without a terminal, one line of progress each so many milliseconds. */
const SENDING_EVERY_MS = 2000;

export class RunView {
  readonly #options: RunViewOptions;
  readonly #logs: LogLines;
  #waiting = "";
  #sendingSaidMs = 0;

  constructor(options: RunViewOptions) {
    this.#options = options;
    this.#logs = new LogLines(options.logs ?? options);
  }

  render(event: RunEvent): Output[] {
    switch (event.kind) {
      case "created":
        return say(printable`Created ${event.resource} ${event.name} in ${event.namespace}`);
      case "note":
        return say(renderNote(event));
      case "waiting":
        return this.#wait(printable`Waiting for ${oneLine(event.text)}`);
      case "paused": {
        const { place, pod, afterMs } = event;
        return this.#finish(
          printable`Held at ${place} (pod ${pod}) after ${formatDuration(afterMs)}`,
        );
      }
      case "sending":
        return this.#send(event);
      case "sent":
        return this.#finish(sent(event));
      case "released":
        return this.#finish(printable`Running on`);
      case "log":
        if (!this.#options.showlogs) return [];
        return [...this.#endWait(), { to: "stdout", text: this.#logs.renderWithEnd(event) }];
      case "ended": {
        const summary = trimmedEnd(renderSummary(event.outcome, this.#options));
        return this.#finish(joined([printable`\n`, summary]));
      }
    }
  }

  #wait(text: Printable): Output[] {
    if (text === this.#waiting) return [];
    this.#waiting = text;
    const { terminal, columns } = this.#options;
    return terminal ? [{ status: printable`${fit(escape(text), columns())}` }] : say(text);
  }

  /** What was waited for has come. */
  #endWait(): Output[] {
    if (this.#waiting === "") return [];
    this.#waiting = "";
    return this.#options.terminal ? [{ status: printable`` }] : [];
  }

  #send(event: Extract<RunEvent, { kind: "sending" }>): Output[] {
    const { terminal, columns } = this.#options;
    if (terminal) return [{ status: renderProgress(event, columns()) }];
    if (event.elapsedMs - this.#sendingSaidMs < SENDING_EVERY_MS) return [];
    this.#sendingSaidMs = event.elapsedMs;
    return say(renderProgress(event, Infinity));
  }

  /** Says how something ended that a status may have been about. */
  #finish(text: Printable): Output[] {
    this.#waiting = "";
    this.#sendingSaidMs = 0;
    return this.#options.terminal ? [{ status: printable`` }, ...say(text)] : say(text);
  }
}

/** Without a newline at its end. */
export function renderNote({ text, lines = [] }: { text: string; lines?: readonly string[] }) {
  return joined([
    printable`Note: ${oneLine(text)}`,
    ...lines.map((line) => printable`  ${line}`),
  ], "\n");
}

function say(text: Printable): Output[] {
  return [{ to: "stderr", text: ended(text) }];
}

function ended(text: Printable): Printable {
  return joined([text, printable`\n`]);
}

/** `Sent 2 files, 4.5 MB in 0.4s (11 MB/s, 1.1 MB compressed), verified; 121 unchanged since the upload 5m0s ago, 1 removed` */
function sent(event: Extract<RunEvent, { kind: "sent" }>): Printable {
  const { files, bytes, wireBytes, elapsedMs, unchanged, unchangedMs, removed } = event;
  const aside = [
    bytes < TOLD_BYTES ? undefined : formatRate(bytes, elapsedMs),
    wireBytes === undefined ? undefined : `${formatBytes(wireBytes)} compressed`,
  ].filter((text) => text !== undefined);
  const beside = [
    unchanged === 0 ? undefined : `${formatCount(unchanged)} unchanged${since(unchangedMs)}`,
    removed === 0 ? undefined : `${formatCount(removed)} removed`,
  ].filter((text) => text !== undefined);
  const what = files === 0 && unchanged > 0
    ? "Nothing to send"
    : `Sent ${formatFiles(files)}, ${formatBytes(bytes)}`;
  const sentence = `${what} in ${formatDuration(elapsedMs)}` +
    (bytes === 0 || aside.length === 0 ? "" : ` (${aside.join(", ")})`) +
    (files === 0 && unchanged > 0 ? "" : event.verified ? ", verified" : ", not verified") +
    (beside.length === 0 ? "" : `; ${beside.join(", ")}`);
  return printable`${sentence}`;
}

/** Files that were not read again are not verified: what is known of them is as old as the record. */
function since(ms: number | undefined): string {
  return ms === undefined ? "" : ` since the upload ${formatDuration(ms)} ago`;
}

/** The rate of less says nothing of the link. */
const TOLD_BYTES = 1_000_000;
