/** Tells a step's own output from what its gate says. */
import type { LinePiece } from "../kube/lines.ts";
import type { Pod } from "../tekton/model.ts";
import type { Stored } from "../kube/interface.ts";
import { type Pause, readPause } from "./pause.ts";

/** Of a step that holds, or was to hold: the last lines that it said, each cut to so many characters. */
const LAST_LINES = 20;
const LAST_LINE_CHARS = 2_000;
/** A gate's sentence is shorter than that, but for the path of its workspace. */
const SENTENCE_CHARS = 8_192;

export interface SaidPiece {
  /** The step's own output; undefined where there is none of it. */
  readonly own?: LinePiece;
  /** That it holds, as it says itself at the end of this line. */
  readonly pause?: Pause;
}

/** Of one container. A sentence counts where it is a line, or the end of one. */
export class StepLines {
  /** The last lines of the step's own output. */
  readonly said: string[] = [];
  /** The end of what came of a long line so far. */
  #tail = "";

  constructor(private readonly pod: Stored<Pod>, private readonly container: string) {}

  read(piece: LinePiece): SaidPiece {
    const { text, isStart, isEnd } = piece;
    const tail = isStart ? "" : this.#tail;
    this.#tail = isEnd ? "" : (tail + text).slice(-SENTENCE_CHARS);
    if (!isEnd) {
      if (isStart) this.#say(text);
      return { own: piece };
    }
    const held = readPause(this.pod, this.container, tail + text, this.said);
    if (held === undefined) {
      if (isStart) this.#say(text);
      return { own: piece };
    }
    const before = held.before.slice(tail.length);
    const hasOwn = !isStart || before !== "";
    if (isStart && hasOwn) this.#say(before);
    return { own: hasOwn ? { text: before, isStart, isEnd } : undefined, pause: held.pause };
  }

  #say(text: string): void {
    if (this.said.push(text.slice(0, LAST_LINE_CHARS)) > LAST_LINES) this.said.shift();
  }
}

/** What of the event that tells it says which part of a line it is: nothing for all of it. */
export function partOf({ isStart, isEnd }: LinePiece): { part?: "first" | "middle" | "last" } {
  if (isStart) return isEnd ? {} : { part: "first" };
  return { part: isEnd ? "last" : "middle" };
}
