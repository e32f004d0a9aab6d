/** The last line of the screen between two runs of --watch, and notes at any time. */
import type { Host } from "../../host.ts";
import { escape, printable } from "../../printable.ts";
import type { RunEvent } from "../../events.ts";
import type { Output } from "../../view/run_view.ts";
import { Screen } from "../../view/screen.ts";
import { canDraw } from "../output/color.ts";
import { printNote } from "../output/print_note.ts";
import { fitted } from "../../view/text/width.ts";

export class IdleLine {
  readonly #host: Host;
  readonly #screen: Screen;
  #text = "";
  #isIdle = false;
  /** Takes the events of the run that is looked at. */
  #emit?: (event: RunEvent) => void;

  constructor(host: Host) {
    this.#host = host;
    this.#screen = new Screen({ columns: () => host.terminal.columns() });
  }

  /** A run has ended, and nothing else writes to the terminal. */
  begin(): void {
    this.#isIdle = true;
    this.#emit = undefined;
    this.#draw(this.#text);
  }

  end(): void {
    this.#draw("");
    this.#isIdle = false;
  }

  /** Passes notes on to the view of a run, until the next time between two runs. */
  passTo(emit: (event: RunEvent) => void): void {
    this.#emit = emit;
  }

  /** Sets what the line says; it is empty for nothing. */
  set(text: string): void {
    this.#text = text;
    if (this.#isIdle) this.#draw(text);
  }

  note(text: string): void {
    if (this.#emit !== undefined) return this.#emit({ kind: "note", text });
    this.aside(() => printNote(this.#host, { text }));
  }

  /** Removes the line while something is written. */
  aside(write: () => void): void {
    if (!this.#isIdle) return write();
    this.#draw("");
    write();
    this.#draw(this.#text);
  }

  #draw(text: string): void {
    const { terminal } = this.#host;
    if (!canDraw(this.#host, "stderr")) return;
    const status = printable`${fitted(escape(text), terminal.columns())}`;
    const outputs: Output[] = [{ status }];
    for (const { text } of this.#screen.paint(outputs)) terminal.err(text);
  }
}
