/** Which lines of a log were seen, by the time that each starts with: so that one that is taken up again repeats none. */
import type { LinePiece } from "../../kube/lines.ts";

/**
 * stdout and stderr are stamped each by itself, so that a line may be older than the one before it. So the lines of the
 * last one or two seconds are counted by their time, whatever their order, and asked for again with them.
 */
export class Seen {
  /** The latest time. */
  #last = "";
  /** How many lines had a time, for times since `#since`. */
  readonly #counts = new Map<string, number>();
  #since = "";
  /** Of those, how many are still to come again since the stream was taken up again. */
  #left = new Map<string, number>();
  /** No new line has come since then: what is older than was asked for is known. */
  #isResuming = false;
  /** The time of a line that has not ended, and how many of its characters were passed on. */
  #openTime = "";
  #openChars = 0;
  /** How many characters of the line that comes now are not passed on. */
  #skipChars = 0;

  /** From when on the next request is to ask, RFC 3339 in whole seconds: undefined for the first one. */
  resume(): string | undefined {
    if (this.#last === "") return undefined;
    this.#left = new Map(this.#counts);
    this.#isResuming = true;
    return `${this.#since}Z`;
  }

  /** What is new of it, without its time; undefined for nothing. `2026-01-02T03:04:05.678901234Z text`. */
  take({ text, isStart, isEnd }: LinePiece): LinePiece | undefined {
    const line = isStart ? this.#begin(text) : { text, isStart };
    if (this.#skipChars === Infinity) return undefined;
    const fresh = line.text.slice(this.#skipChars);
    this.#skipChars = Math.max(0, this.#skipChars - line.text.length);
    if (fresh === "" && !isEnd) return undefined;
    this.#openChars = isEnd ? 0 : this.#openChars + fresh.length;
    return { text: fresh, isStart: line.isStart, isEnd };
  }

  /** The line's text, and whether it is passed on from its start; sets how much of it is skipped. */
  #begin(text: string): { text: string; isStart: boolean } {
    const space = text.indexOf(" ");
    const time = inUtc(space < 0 ? text : text.slice(0, space));
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
    return { text: rest, isStart: true };
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

/** `2026-01-02T03:04:05`. */
const SECOND_CHARS = 19;

function secondBefore(time: string): string {
  const ms = Date.parse(`${time.slice(0, SECOND_CHARS)}Z`) - 1000;
  return new Date(ms).toISOString().slice(0, SECOND_CHARS);
}

/**
 * Undefined for a line that no container wrote: a kubelet answers with words of its own, of a log that is gone already.
 * `2026-01-02T03:04:05.678901234`: nine digits of fraction, so that times compare as text, for some
 * runtimes trim zeros at the end; and in UTC, for a node's times are in the node's own zone.
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
