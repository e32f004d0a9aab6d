/** Keeps the events of a run that waits, until somebody looks at the run. */
import type { RunEvent } from "../../events.ts";

type Emit = (event: RunEvent) => void;

/** The most events that are kept: tasks that do not wait for the upload may print without end. */
const MOST_KEPT = 1_000;

/** Events that still matter later, as opposed to how far the run is. */
const LASTING: ReadonlySet<RunEvent["kind"]> = new Set(["created", "note", "paused", "log"]);

export class EventRelay {
  #kept: RunEvent[] = [];
  #dropped = 0;
  #to?: Emit;

  readonly emit = (event: RunEvent): void => {
    if (this.#to !== undefined) return this.#to(event);
    if (!LASTING.has(event.kind)) return;
    if (event.kind === "log" && this.#kept.length >= MOST_KEPT) this.#dropped++;
    else this.#kept.push(event);
  };

  /** Passes on the events so far, and from now on each at once. */
  passTo(emit: Emit): void {
    this.#kept.splice(0).forEach(emit);
    if (this.#dropped > 0) {
      const text = `${this.#dropped} log lines from before the upload are left out`;
      emit({ kind: "note", text });
    }
    this.#to = emit;
  }
}
