/** Remembers the lines of a log by their timestamps, so that a resumed stream repeats no line. */
import type { LinePiece } from "../../kube/lines.ts";

/**
 * stdout and stderr have separate timestamps, so a line may be older than the line before it.
 * Therefore the lines of the last one or two seconds are counted by timestamp, in any order; a
 * resumed stream begins with these lines, and as many of them are skipped.
 */
export class Seen {
  /** The second of the latest timestamp, and the second before it. */
  #second = "";
  #since = "";
  /** The fractions of the timestamps of the lines of each second since `#since`. */
  readonly #fractions = new Map<string, number[]>();
  /** The counted lines that a resumed stream has yet to repeat, by timestamp. */
  #left = new Map<string, number>();
  /** Whether a resumed stream has brought no new line yet: lines before `#since` are skipped. */
  #isResuming = false;
  /** The timestamp of a line that has not ended, and the number of its characters passed on. */
  #openTime: Time | undefined;
  #openChars = 0;
  /** The number of characters of the current line to skip. */
  #skipChars = 0;

  /** Begins a stream: returns its sinceTime, in whole seconds; undefined for the first stream. */
  resume(): string | undefined {
    if (this.#second === "") return undefined;
    this.#left = new Map();
    for (const [second, fractions] of this.#fractions) {
      for (const nanos of fractions) {
        const key = keyOf({ second, nanos });
        this.#left.set(key, (this.#left.get(key) ?? 0) + 1);
      }
    }
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
    const time = this.#timeOf(written);
    const rest = space < 0 ? "" : text.slice(space + 1);
    if (time === undefined || this.#isResuming && time.second < this.#since) {
      this.#skipChars = Infinity;
      return { text: rest, isStart: false };
    }
    if (this.#left.size > 0 && this.#isRepeated(time)) return { text: rest, isStart: false };
    this.#isResuming = false;
    this.#count(time);
    this.#skipChars = this.#openChars = 0;
    this.#openTime = time;
    return { text: rest, isStart: true, time: written };
  }

  /** Returns whether a line is one that was seen before the stream was resumed. */
  #isRepeated(time: Time): boolean {
    const key = keyOf(time);
    const left = this.#left.get(key) ?? 0;
    if (left === 0) return false;
    this.#left.set(key, left - 1);
    const isOpen = left === 1 && this.#openChars > 0 && this.#openTime !== undefined &&
      key === keyOf(this.#openTime);
    this.#skipChars = isOpen ? this.#openChars : Infinity;
    return true;
  }

  #count({ second, nanos }: Time): void {
    if (second > this.#second) {
      this.#second = second;
      this.#since = secondBefore(second);
      for (const known of this.#fractions.keys()) {
        if (known < this.#since) this.#fractions.delete(known);
      }
    }
    if (second < this.#since) return;
    const fractions = this.#fractions.get(second);
    if (fractions === undefined) this.#fractions.set(second, [nanos]);
    else fractions.push(nanos);
  }

  /** Like `timeOf`, and quick for another line of the latest second. */
  #timeOf(written: string): Time | undefined {
    const second = this.#second;
    const nanos = second !== "" && written.startsWith(second) ? usualNanos(written) : undefined;
    return nanos === undefined ? timeOf(written) : { second, nanos };
  }
}

/** A line, or its start. `time` is as the node wrote it, for a line passed on from its start. */
interface Begun {
  readonly text: string;
  readonly isStart: boolean;
  readonly time?: string;
}

/** A point in time. The second is written in UTC, `2026-01-02T03:04:05`: it compares as text. */
interface Time {
  readonly second: string;
  readonly nanos: number;
}

const WRITTEN = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/;
const SECOND_CHARS = 19;
/** The length of `2026-01-02T03:04:05.678901234Z`. */
const USUAL_CHARS = 30;
/** The code of "0". */
const ZERO = 48;

/** Returns the fraction of `2026-01-02T03:04:05.678901234Z`; undefined for any other form. */
function usualNanos(written: string): number | undefined {
  if (written.length !== USUAL_CHARS || written[SECOND_CHARS] !== "." || !written.endsWith("Z")) {
    return undefined;
  }
  let nanos = 0;
  for (let at = SECOND_CHARS + 1; at < USUAL_CHARS - 1; at++) {
    const digit = written.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    nanos = nanos * 10 + digit;
  }
  return nanos;
}

function keyOf({ second, nanos }: Time): string {
  return `${second} ${nanos}`;
}

function secondBefore(second: string): string {
  return new Date(Date.parse(`${second}Z`) - 1000).toISOString().slice(0, SECOND_CHARS);
}

/**
 * Reads a timestamp. Some runtimes trim the zeros of its fraction, and a node writes its own zone.
 * Returns undefined for a line that no container wrote: for a log that is deleted already, the
 * kubelet answers with an error text.
 */
function timeOf(written: string): Time | undefined {
  const [, whole, fraction = "", zone] = WRITTEN.exec(written) ?? [];
  if (whole === undefined) return undefined;
  const ms = Date.parse(whole + zone);
  if (Number.isNaN(ms)) return undefined;
  const second = zone === "Z" ? whole : new Date(ms).toISOString().slice(0, SECOND_CHARS);
  return { second, nanos: Number(fraction.padEnd(9, "0")) };
}
