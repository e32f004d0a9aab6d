/** Separates a step's own output from the lines of its gate. */
import type { LinePiece } from "../kube/lines.ts";
import type { Pod } from "../tekton/pod.ts";
import type { Stored } from "../kube/interface.ts";
import { canHold, type Pause, readPause } from "./pause.ts";

/** The number of last lines kept for a step, and of characters kept of each. */
const LAST_LINES = 20;
const LAST_LINE_CHARS = 2_000;
/** Longer than a gate's sentence, unless the path of its workspace is very long. */
const SENTENCE_CHARS = 8_192;

export interface SaidPiece {
  /** The step's own output; undefined if the piece has no such output. */
  readonly own?: LinePiece;
  /** The pause that the end of this line reports. */
  readonly pause?: Pause;
}

/** Reads the log of one container. A gate's sentence is a line, or the end of a line. */
export class StepLines {
  /** The last lines of the own output of a step that may hold. */
  readonly said: string[] = [];
  readonly #mayHold: boolean;
  /** The end of a long line's pieces so far. */
  #tail = "";

  constructor(private readonly pod: Stored<Pod>, private readonly container: string) {
    this.#mayHold = canHold(pod, container);
  }

  read(piece: LinePiece): SaidPiece {
    if (!this.#mayHold) return { own: piece };
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
    return { own: hasOwn ? { ...piece, text: before } : undefined, pause: held.pause };
  }

  #say(text: string): void {
    if (this.said.push(text.slice(0, LAST_LINE_CHARS)) > LAST_LINES) this.said.shift();
  }
}
