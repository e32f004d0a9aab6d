/** The events of a run as text: logs for stdout, everything else for stderr. Pure. */
import type { RunEvent, TaskProgress } from "../events.ts";
import { escape, joined, oneLine, type Printable, printable, trimmedEnd } from "../printable.ts";
import { LogLines, type LogOptions } from "./log_line.ts";
import { renderProgress } from "./progress.ts";
import { renderRunStatus } from "./run_status.ts";
import { renderFailure, renderSummary } from "./summary.ts";
import { type Styles, styles } from "./text/style.ts";
import { formatBytes, formatCount, formatDuration, formatFiles, formatRate } from "./text/units.ts";
import { fitted } from "./text/width.ts";

/**
 * `text` ends with a newline. `status` is a transient line on a terminal, without a newline: the
 * next status replaces it, and "" removes it. screen.ts draws both.
 */
export type Output =
  | { readonly to: "stdout" | "stderr"; readonly text: Printable }
  | { readonly status: Printable };

export interface RunViewOptions {
  readonly color: boolean;
  /** Whether stderr is a terminal. If not, waiting and progress are shown as plain lines. */
  readonly terminal: boolean;
  readonly columns: () => number;
  /** Milliseconds since any time. */
  readonly now: () => number;
  readonly showlogs: boolean;
  /** Whether the end of a run is shown only if it failed, and then why. */
  readonly onlyFailure?: boolean;
  /** Options for the logs, if stdout differs from stderr: `tkn-dev ... > log.txt`. */
  readonly logs?: LogOptions;
}

/** Without a terminal, the time between two lines of progress. */
const PROGRESS_EVERY_MS = 2000;
/** The same for the status of the tasks, which is also only shown after a change. */
const TASKS_EVERY_MS = 15_000;

/** The last status of the tasks, and when it came. */
interface Tasks {
  readonly event: Extract<RunEvent, { kind: "tasks" }>;
  readonly atMs: number;
}

export class RunView {
  readonly #options: RunViewOptions;
  readonly #logs: LogLines;
  readonly #styles: Styles;
  #waiting = "";
  /** The obstacle that the run waits for. */
  #obstacle: string | undefined;
  #progressShownMs = 0;
  #tasks: Tasks | undefined;
  /** Without a terminal: when the tasks were last shown, and whether they have changed since. */
  #tasksShownMs: number;
  #isNew = false;

  constructor(options: RunViewOptions) {
    this.#options = options;
    this.#logs = new LogLines(options.logs ?? options);
    this.#styles = styles(options.color && options.terminal);
    this.#tasksShownMs = options.now();
  }

  /** To be called each second: times of the status advance without an event. */
  tick(): Output[] {
    if (this.#tasks === undefined) return [];
    if (this.#options.terminal) return this.#waiting === SENDING ? [] : this.#statusOutput();
    if (!this.#isNew || this.#options.now() - this.#tasksShownMs < TASKS_EVERY_MS) return [];
    this.#isNew = false;
    this.#tasksShownMs = this.#options.now();
    return say(this.#renderTasks(Infinity));
  }

  render(event: RunEvent): Output[] {
    switch (event.kind) {
      case "created":
        return say(printable`Created ${event.resource} ${event.name} in ${event.namespace}`);
      case "note":
        return say(renderNote(event));
      case "waiting":
        this.#obstacle = event.isWork ? undefined : oneLine(event.text);
        return this.#wait(printable`Waiting for ${oneLine(event.text)}`);
      case "tasks":
        this.#tasks = { event, atMs: this.#options.now() };
        this.#isNew = true;
        return this.tick();
      case "paused": {
        const { place, pod, afterMs } = event;
        return this.#finish(
          printable`Held at ${place} (pod ${pod}) after ${formatDuration(afterMs)}`,
        );
      }
      case "sending":
        return this.#showProgress(event);
      case "sent":
        return this.#finish(sentSummary(event));
      case "released":
        return this.#finish(printable`Resumed`);
      case "log":
        if (!this.#options.showlogs) return [];
        return [...this.#endWait(), { to: "stdout", text: this.#logs.renderWithEnd(event) }];
      case "ended": {
        this.#tasks = undefined;
        if (this.#options.onlyFailure && event.outcome.succeeded) return this.#endWait();
        const render = this.#options.onlyFailure ? renderFailure : renderSummary;
        const summary = trimmedEnd(render(event.outcome, this.#options));
        return this.#finish(joined([printable`\n`, summary]));
      }
    }
  }

  #wait(text: Printable): Output[] {
    if (text === this.#waiting) return [];
    this.#waiting = text;
    return this.#options.terminal ? this.#statusOutput() : say(text);
  }

  /** Removes the status about waiting. */
  #endWait(): Output[] {
    if (this.#waiting === "") return [];
    this.#waiting = "";
    this.#obstacle = undefined;
    return this.#options.terminal ? this.#statusOutput() : [];
  }

  /** The transient line: how far the tasks are, else what the run waits for. */
  #statusOutput(): Output[] {
    const columns = this.#options.columns();
    return [{
      status: this.#tasks === undefined
        ? printable`${fitted(escape(this.#waiting), columns)}`
        : this.#renderTasks(columns),
    }];
  }

  /** The time of a running task advances between two events. */
  #renderTasks(columns: number): Printable {
    const { event: { tasks, elapsedMs }, atMs } = this.#tasks!;
    const sinceMs = this.#options.now() - atMs;
    const later = (task: TaskProgress) =>
      (task.status === "running" || task.status === "held") && task.elapsedMs !== undefined
        ? { ...task, elapsedMs: task.elapsedMs + sinceMs }
        : task;
    const status = {
      tasks: tasks.map(later),
      elapsedMs: elapsedMs + sinceMs,
      waiting: this.#obstacle,
    };
    return renderRunStatus(status, { columns, styles: this.#styles });
  }

  #showProgress(event: Extract<RunEvent, { kind: "sending" }>): Output[] {
    const { terminal, columns } = this.#options;
    if (event.totalFiles === 0 && event.totalBytes === 0) return []; // there is nothing to send
    if (terminal) {
      this.#waiting = SENDING;
      return [{ status: renderProgress(event, columns()) }];
    }
    if (event.elapsedMs - this.#progressShownMs < PROGRESS_EVERY_MS) return [];
    this.#progressShownMs = event.elapsedMs;
    return say(renderProgress(event, Infinity));
  }

  /** Prints a line that replaces the current status. */
  #finish(text: Printable): Output[] {
    this.#waiting = "";
    this.#obstacle = undefined;
    this.#progressShownMs = 0;
    return this.#options.terminal ? [...this.#statusOutput(), ...say(text)] : say(text);
  }
}

/** Stands for the progress of an upload, which is a status, too. */
const SENDING = "Sending";

/** Returns a note without a trailing newline. */
export function renderNote({ text, lines = [] }: { text: string; lines?: readonly string[] }) {
  return joined([
    printable`Note: ${oneLine(text)}`,
    ...lines.map((line) => printable`  ${line}`),
  ], "\n");
}

function say(text: Printable): Output[] {
  return [{ to: "stderr", text: withNewline(text) }];
}

function withNewline(text: Printable): Printable {
  return joined([text, printable`\n`]);
}

/**
 * Returns a sentence such as:
 *
 *     Sent 2 files, 4.5 MB in 0.4s (11 MB/s, 1.1 MB compressed), verified; 121 unchanged, 1 removed
 */
function sentSummary(event: Extract<RunEvent, { kind: "sent" }>): Printable {
  const { files, bytes, wireBytes, elapsedMs, unchanged, unchangedMs, removed } = event;
  const details = [
    bytes < RATED_BYTES ? undefined : formatRate(bytes, elapsedMs),
    wireBytes === undefined ? undefined : `${formatBytes(wireBytes)} compressed`,
  ].filter((text) => text !== undefined);
  const others = [
    unchanged === 0 ? undefined : `${formatCount(unchanged)} unchanged${since(unchangedMs)}`,
    removed === 0 ? undefined : `${formatCount(removed)} removed`,
  ].filter((text) => text !== undefined);
  const start = files === 0 && unchanged > 0
    ? "Nothing to send"
    : `Sent ${formatFiles(files)}, ${formatBytes(bytes)}`;
  const sentence = `${start} in ${formatDuration(elapsedMs)}` +
    (bytes === 0 || details.length === 0 ? "" : ` (${details.join(", ")})`) +
    (files === 0 && unchanged > 0 ? "" : event.verified ? ", verified" : ", not verified") +
    (others.length === 0 ? "" : `; ${others.join(", ")}`);
  return printable`${sentence}`;
}

/** Returns the age of the record by which files count as unchanged: they were not read again. */
function since(ms: number | undefined): string {
  return ms === undefined ? "" : ` since the upload ${formatDuration(ms)} ago`;
}

/** Smaller uploads show no rate, since it would say little about the link. */
const RATED_BYTES = 1_000_000;
