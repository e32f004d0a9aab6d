/** Writes the events of a run to the terminal, as the view renders them. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import { printable } from "../../printable.ts";
import type { LogOptions } from "../../view/log_line.ts";
import { RunView } from "../../view/run_view.ts";
import { Screen } from "../../view/screen.ts";
import { JunitReport } from "../../view/junit.ts";
import { printEvent } from "./print_event.ts";
import { JoinedOutput } from "./joined_output.ts";
import { FileError } from "../../host.ts";
import { OutputError } from "../../errors.ts";
import { canDraw, useColor } from "./color.ts";

export interface Narrator extends Disposable {
  /** Writes an event; a log line together with others that arrive at the same moment. */
  emit(event: RunEvent): void;
  /** Writes the log lines so far, which happens soon anyway. Throws OutputError. */
  flush(): void;
  /** Writes the JUnit report, if one is asked for and the run has ended. Throws OutputError. */
  writeReport(): Promise<void>;
  /** Leaves the terminal to `work`; events that arrive meanwhile are written after it. */
  suspendFor<T>(work: () => Promise<T>): Promise<T>;
}

/** Without an event for this long, the narrator says that it waits for the cluster. */
const SILENCE_MS = 1_500;

export interface NarratorFlags {
  readonly color: boolean;
  readonly showlogs: boolean;
  /** Write events as lines of JSON to stdout, in place of the logs. */
  readonly events?: boolean;
  /** The file that `writeReport` writes. */
  readonly junit?: string;
  /** How log lines look. */
  readonly logs?: Pick<LogOptions, "prefix" | "long" | "timestamps">;
}

export function openNarrator(host: Host, flags: NarratorFlags): Narrator {
  const { terminal } = host;
  const color = (to: "stdout" | "stderr") => useColor(host, to, flags.color);
  const view = new RunView({
    color: color("stderr"),
    terminal: canDraw(host, "stderr"),
    columns: () => terminal.columns(),
    showlogs: flags.showlogs && !flags.events,
    logs: { ...flags.logs, color: color("stdout"), terminal: terminal.isTerminal.stdout },
  });
  const screen = new Screen();
  const output = new JoinedOutput(terminal);
  const report = flags.junit === undefined ? undefined : new JunitReport();
  const emit = (event: RunEvent) => {
    report?.add(event);
    if (flags.events) printEvent(host, event, output);
    for (const write of screen.paint(view.render(event))) output.write(write);
    if (event.kind !== "log") output.flush();
  };
  const removeStatus = () => {
    for (const write of screen.paint([{ status: printable`` }])) output.write(write);
    output.flush();
  };
  let suspended: RunEvent[] | undefined;
  const silence = host.clock.every(SILENCE_MS, () => {
    if (terminal.isLent) return;
    silence[Symbol.dispose]();
    emit({ kind: "waiting", text: "the cluster to answer" });
  });
  return {
    emit(event) {
      if (terminal.isLent && (event.kind === "waiting" || event.kind === "sending")) return;
      silence[Symbol.dispose]();
      if (suspended === undefined) emit(event);
      else if (event.kind !== "waiting") suspended.push(event);
    },
    flush: () => output.flush(),
    async writeReport() {
      const text = report?.render();
      if (text !== undefined) await writeFile(host, flags.junit!, text);
    },
    async suspendFor(work) {
      silence[Symbol.dispose]();
      removeStatus();
      suspended = [];
      try {
        return await work();
      } finally {
        const events = suspended;
        suspended = undefined;
        events.forEach(emit);
      }
    },
    [Symbol.dispose]() {
      silence[Symbol.dispose]();
      output.close();
      removeStatus();
    },
  };
}

async function writeFile({ files }: Host, path: string, text: string): Promise<void> {
  try {
    await files.writeText(path, text);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new OutputError(`Cannot write "${path}": ${error.state}`, {
      hint: "--junit FILE names another file",
      cause: error,
    });
  }
}
