/** Writes the events of a run to the terminal, as the view renders them. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import { printable } from "../../printable.ts";
import type { LogOptions } from "../../view/log_line.ts";
import { type Output, RunView } from "../../view/run_view.ts";
import { Screen } from "../../view/screen.ts";
import { JoinedOutput } from "./joined_output.ts";
import { printEvent } from "./print_event.ts";
import { canDraw, useColor } from "./color.ts";

export interface Narrator extends Disposable {
  /** Writes an event; a log line together with others that arrive at the same moment. */
  emit(event: RunEvent): void;
  /** Writes the log lines so far, which happens soon anyway. Throws OutputError. */
  flush(): void;
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
  /** Show the end of a run only if it failed. */
  readonly onlyFailure?: boolean;
  /** Write events as lines of JSON to stdout, in place of the logs. */
  readonly events?: boolean;
  /** The file of the outcome; "-" is stdout, in place of the logs. */
  readonly outcome?: string;
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
    onlyFailure: flags.onlyFailure,
    showlogs: flags.showlogs && !flags.events && flags.outcome !== "-",
    logs: { ...flags.logs, color: color("stdout"), terminal: terminal.isTerminal.stdout },
  });
  const output = new JoinedOutput(
    terminal,
    new Screen({
      isShared: terminal.isTerminal.stdout,
      columns: () => terminal.columns(),
      pipedNow: terminal.isPiped ? () => host.clock.now() : undefined,
    }),
  );
  const show = (outputs: readonly Output[]) => outputs.forEach((one) => output.write(one));
  const emit = (event: RunEvent) => {
    try {
      if (flags.events) printEvent(host, event, output);
    } finally {
      show(view.render(event));
      if (event.kind !== "log") output.flush();
    }
  };
  const removeStatus = () => {
    output.write({ status: printable`` });
    output.flush();
  };
  let suspended: RunEvent[] | undefined;
  const silence = host.clock.every(SILENCE_MS, () => {
    if (terminal.isLent) return;
    silence[Symbol.dispose]();
    emit({ kind: "waiting", text: "the cluster to answer" });
  });
  const ticks = host.clock.every(TICK_MS, () => {
    if (!terminal.isLent && suspended === undefined) show(view.tick());
  });
  return {
    emit(event) {
      if (terminal.isLent && (event.kind === "waiting" || event.kind === "sending")) return;
      silence[Symbol.dispose]();
      if (suspended === undefined) emit(event);
      else if (event.kind !== "waiting") suspended.push(event);
    },
    flush: () => output.flush(),
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
      ticks[Symbol.dispose]();
      output.close();
      removeStatus();
    },
  };
}
