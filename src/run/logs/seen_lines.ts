/** Remembers the lines of a log by their timestamps, so that a resumed stream repeats no line. */
import type { LinePiece } from "../../kube/lines.ts";

/**
 * stdout and stderr have separate timestamps, so a line may be older than the line before it.
 * Therefore the lines of the last one or two seconds are counted by timestamp, in any order; a
 * resumed stream begins with these lines, and as many of them are skipped.
 */
export class Seen {
  /** The latest timestamp. */
  #last = "";
  /** The number of lines by timestamp, for timestamps since `#since`. */
  readonly #counts = new Map<string, number>();
  #since = "";
  /** The counted lines that a resumed stream has yet to repeat. */
  #left = new Map<string, number>();
  /** Whether a resumed stream has brought no new line yet: lines before `#since` are skipped. */
  #isResuming = false;
  /** The timestamp of a line that has not ended, and the number of its characters passed on. */
  #openTime = "";
  #openChars = 0;
  /** The number of characters of the current line to skip. */
  #skipChars = 0;

  /** Begins a stream: returns its sinceTime, in whole seconds; undefined for the first stream. */
  resume(): string | undefined {
    if (this.#last === "") return undefined;
    this.#left = new Map(this.#counts);
    this.#isResuming = true;
    return `${this.#since}Z`;
  }

  /**
   * Returns the new part of the line, its timestamp apart; undefined if no part is new.
   * `2026-01-02T03:04:05.678901234Z text`.
   */
  take({ text, isStart, isEnd }: LinePiece): LinePiece | undefined {
    const line: Begun = isStart ? this.#begin(text) : { text, isStart };
    if (this.#skipChars === Infinity) return undefined;
    const fresh = line.text.slice(this.#skipChars);
    this.#skipChars = Math.max(0, this.#skipChars - line.text.length);
    if (fresh === "" && !isEnd) return undefined;
    this.#openChars = isEnd ? 0 : this.#openChars + fresh.length;
    const { time } = line;
    return { text: fresh, isStart: line.isStart, isEnd, ...(time === undefined ? {} : { time }) };
  }

  /** Returns the line's text, and whether it is passed on from its start; sets `#skipChars`. */
  #begin(text: string): Begun {
    const space = text.indexOf(" ");
    const written = space < 0 ? text : text.slice(0, space);
    const time = inUtc(written);
    const rest = space < 0 ? "" : text.slice(space + 1);
    if (time === undefined || this.#isResuming && time < this.#since) {
      this.#skipChars = Infinity;
      return { text: rest, isStart: false };
    }
    const left = this.#left.get(time) ?? 0;
    if (left > 0) {
      this.#left.set(time, left - 1);
      const isOpen = left === 1 && this.#openChars > 0 && time === this.#openTime;
      this.#skipChars = isOpen ? this.#openChars : Infinity;
      return { text: rest, isStart: false };
    }
    this.#isResuming = false;
    this.#count(time);
    this.#skipChars = this.#openChars = 0;
    this.#openTime = time;
    return { text: rest, isStart: true, time: written };
  }

  #count(time: string): void {
    if (time >= this.#since) this.#counts.set(time, (this.#counts.get(time) ?? 0) + 1);
    if (time <= this.#last) return;
    const isSameSecond = time.startsWith(this.#last.slice(0, SECOND_CHARS));
    this.#last = time;
    if (isSameSecond && this.#since !== "") return;
    this.#since = secondBefore(time);
    for (const known of this.#counts.keys()) if (known < this.#since) this.#counts.delete(known);
  }
}

/** A line, or its start. `time` is as the node wrote it, for a line passed on from its start. */
interface Begun {
  readonly text: string;
  readonly isStart: boolean;
  readonly time?: string;
}

/** `2026-01-02T03:04:05`. */
const SECOND_CHARS = 19;

function secondBefore(time: string): string {
  const ms = Date.parse(`${time.slice(0, SECOND_CHARS)}Z`) - 1000;
  return new Date(ms).toISOString().slice(0, SECOND_CHARS);
}

/**
 * Returns the timestamp in a form that compares as text: `2026-01-02T03:04:05.678901234`, with nine
 * digits of fraction (some runtimes trim zeros) and in UTC (a node writes its own zone). Returns
 * undefined for a line that no container wrote: for a log that is deleted already, the kubelet
 * answers with an error text.
 */
function inUtc(time: string): string | undefined {
  const [, whole, fraction = "", zone] = /^([^.Z+]{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ??
    [];
  if (whole === undefined) return undefined;
  const ms = Date.parse(whole + zone);
  if (Number.isNaN(ms)) return undefined;
  const utc = zone === "Z" ? whole : new Date(ms).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(9, "0")}`;
}
