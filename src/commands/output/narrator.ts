/** Writes the events of a run to the terminal, as the view renders them. */
import type { RunEvent } from "../../events.ts";
import type { Host, Terminal } from "../../host.ts";
import { printable } from "../../printable.ts";
import type { LogOptions } from "../../view/log_line.ts";
import { RunView } from "../../view/run_view.ts";
import { Screen, type Write } from "../../view/screen.ts";
import { JunitReport } from "../../view/junit.ts";
import { printEvent } from "./print_event.ts";
import { FileError } from "../../host.ts";
import { OutputError } from "../../errors.ts";
import { canDraw, useColor } from "./color.ts";

export interface Narrator extends Disposable {
  emit(event: RunEvent): void;
  /** Writes the JUnit report, if one is asked for and the run has ended. Throws OutputError. */
  writeReport(): Promise<void>;
  /** Leaves the terminal to `work`; events that arrive meanwhile are written after it. */
  suspendFor<T>(work: () => Promise<T>): Promise<T>;
}

/** Without an event for this long, the narrator says that it waits for the cluster. */
const SILENCE_MS = 1_500;

/** The time between two looks at the status of the run. */
const TICK_MS = 1_000;

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
    now: () => host.clock.now(),
    showlogs: flags.showlogs && !flags.events,
    logs: { ...flags.logs, color: color("stdout"), terminal: terminal.isTerminal.stdout },
  });
  const screen = new Screen();
  const report = flags.junit === undefined ? undefined : new JunitReport();
  const emit = (event: RunEvent) => {
    report?.add(event);
    if (flags.events) printEvent(host, event);
    write(terminal, screen.paint(view.render(event)));
  };
  let suspended: RunEvent[] | undefined;
  const silence = host.clock.every(SILENCE_MS, () => {
    if (terminal.isLent) return;
    silence[Symbol.dispose]();
    emit({ kind: "waiting", text: "the cluster to answer" });
  });
  const ticks = host.clock.every(TICK_MS, () => {
    if (!terminal.isLent && suspended === undefined) write(terminal, screen.paint(view.tick()));
  });
  return {
    emit(event) {
      if (terminal.isLent && (event.kind === "waiting" || event.kind === "sending")) return;
      silence[Symbol.dispose]();
      if (suspended === undefined) emit(event);
      else if (event.kind !== "waiting") suspended.push(event);
    },
    async writeReport() {
      const text = report?.render();
      if (text !== undefined) await writeFile(host, flags.junit!, text);
    },
    async suspendFor(work) {
      silence[Symbol.dispose]();
      write(terminal, screen.paint([{ status: printable`` }]));
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
      ticks[Symbol.dispose]();
      write(terminal, screen.paint([{ status: printable`` }]));
    },
  };
}

function write(terminal: Terminal, writes: readonly Write[]): void {
  for (const { to, text } of writes) to === "stdout" ? terminal.out(text) : terminal.err(text);
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
