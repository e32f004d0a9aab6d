/** A run's events as text: logs are data and go to stdout, the rest is narration on stderr. Pure. */
import type { RunEvent } from "../run/events.ts";
import { LogLines, type LogOptions } from "./log_line.ts";
import { LogParts } from "./log_parts.ts";
import { renderProgress } from "./progress.ts";
import { plainLines, sanitize } from "./sanitize.ts";
import { renderSummary } from "./summary.ts";
import { fit, formatBytes, formatCount, formatDuration, formatFiles, formatRate } from "./units.ts";

/**
 * `text` ends with a newline. A `status` is a transient line without one, on a terminal: the next
 * one takes its place, "" ends it. screen.ts draws both.
 */
export type Output =
  | { readonly to: "stdout" | "stderr"; readonly text: string }
  | { readonly status: string };

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
  readonly #parts = new LogParts();
  #waiting = "";
  #sendingSaidMs = 0;

  constructor(options: RunViewOptions) {
    this.#options = options;
    this.#logs = new LogLines(options.logs ?? options);
  }

  render(event: RunEvent): Output[] {
    switch (event.kind) {
      case "created":
        return say(`Created ${event.resource} ${event.name} in ${event.namespace}`);
      case "note":
        return say(renderNote(event));
      case "waiting":
        return this.#wait(`Waiting for ${oneLine(event.text)}`);
      case "paused": {
        const { place, pod, afterMs } = event;
        return this.#finish(`Held at ${place} (pod ${pod}) after ${formatDuration(afterMs)}`);
      }
      case "sending":
        return this.#send(event);
      case "sent":
        return this.#finish(sent(event));
      case "released":
        return this.#finish("Running on");
      case "log":
        if (!this.#options.showlogs) return [];
        return [...this.#endWait(), { to: "stdout", text: this.#logText(event) }];
      case "ended":
        return this.#finish(`\n${renderSummary(event.outcome, this.#options).trimEnd()}`);
    }
  }

  #logText(event: Extract<RunEvent, { kind: "log" }>): string {
    const joins = !(this.#options.logs ?? this.#options).terminal;
    const { before, hasPrefix, after } = this.#parts.frame(event, { joins });
    return before + (hasPrefix ? this.#logs.render(event) : event.line) + after;
  }

  #wait(text: string): Output[] {
    if (text === this.#waiting) return [];
    this.#waiting = text;
    const { terminal, columns } = this.#options;
    return terminal ? [{ status: fit(text, columns()) }] : say(text);
  }

  /** What was waited for has come. */
  #endWait(): Output[] {
    if (this.#waiting === "") return [];
    this.#waiting = "";
    return this.#options.terminal ? [{ status: "" }] : [];
  }

  #send(event: Extract<RunEvent, { kind: "sending" }>): Output[] {
    const { terminal, columns } = this.#options;
    if (terminal) return [{ status: renderProgress(event, columns()) }];
    if (event.elapsedMs - this.#sendingSaidMs < SENDING_EVERY_MS) return [];
    this.#sendingSaidMs = event.elapsedMs;
    return say(renderProgress(event, Infinity));
  }

  /** Says how something ended that a status may have been about. */
  #finish(text: string): Output[] {
    this.#waiting = "";
    this.#sendingSaidMs = 0;
    return this.#options.terminal ? [{ status: "" }, ...say(text)] : say(text);
  }
}

/** Without a newline at its end. */
export function renderNote({ text, lines = [] }: { text: string; lines?: readonly string[] }) {
  return [`Note: ${oneLine(text)}`, ...lines.map((line) => `  ${sanitize(line)}`)].join("\n");
}

function say(text: string): Output[] {
  return [{ to: "stderr", text: `${text}\n` }];
}

/** `Sent 2 files, 4.5 MB in 0.4s (11 MB/s, 1.1 MB compressed), verified; 121 unchanged, 1 removed` */
function sent(event: Extract<RunEvent, { kind: "sent" }>): string {
  const { files, bytes, wireBytes, elapsedMs, verified, unchanged, removed } = event;
  const aside = [
    bytes < TOLD_BYTES ? undefined : formatRate(bytes, elapsedMs),
    wireBytes === undefined ? undefined : `${formatBytes(wireBytes)} compressed`,
  ].filter((text) => text !== undefined);
  const beside = [
    unchanged === 0 ? undefined : `${formatCount(unchanged)} unchanged`,
    removed === 0 ? undefined : `${formatCount(removed)} removed`,
  ].filter((text) => text !== undefined);
  const what = files === 0 && unchanged > 0
    ? "Nothing to send"
    : `Sent ${formatFiles(files)}, ${formatBytes(bytes)}`;
  return `${what} in ${formatDuration(elapsedMs)}` +
    (bytes === 0 || aside.length === 0 ? "" : ` (${aside.join(", ")})`) +
    (verified ? ", verified" : ", not verified") +
    (beside.length === 0 ? "" : `; ${beside.join(", ")}`);
}

/** The rate of less says nothing of the link. */
const TOLD_BYTES = 1_000_000;

function oneLine(text: string): string {
  return plainLines(text).join(" ");
}
