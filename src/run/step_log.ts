/**
 * A step's log to its end, over connections that break: taken up again from the time of the last
 * line seen, and lines already seen left out.
 */
import type { ContainerRef, Kube } from "../kube/interface.ts";
import { lines } from "../kube/lines.ts";
import { isStatus, UnreachableError } from "../kube/status.ts";
import type { Clock } from "../host.ts";

const RETRY_MS = 500;
/** This many failures in a row with no line between them, and the log is given up. */
const MOST_FAILURES = 20;

/** Lines without their newline. Ends where the container's log does, or its pod is gone. */
export async function* stepLog(
  kube: Kube,
  clock: Clock,
  container: ContainerRef,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const seen = new Seen();
  let failures = 0;
  while (true) {
    let fresh = 0;
    try {
      const options = { ...container, follow: true, timestamps: true, signal };
      const stream = await kube.logs({ ...options, sinceTime: seen.resume() });
      for await (const line of lines(stream)) {
        const text = seen.take(line);
        if (text === undefined) continue;
        fresh += 1;
        yield text;
      }
      // A follow ends with its container, but for rotations and restarts of the kubelet:
      // asked again, an ended container gives nothing new at once.
      if (fresh === 0) return;
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, 404)) return;
      const passing = error instanceof UnreachableError || !("status" in Object(error)) ||
        isStatus(error, 400) || isStatus(error, 500);
      failures = fresh > 0 ? 0 : failures + 1;
      if (!passing || failures > MOST_FAILURES) throw error;
      await clock.delay(RETRY_MS, signal);
    }
  }
}

/** Which lines were seen, by the time each starts with. */
class Seen {
  #last = "";
  /** How many lines have had the time `#last`. */
  #count = 0;
  /** How many lines of the time `#last` came again since the stream was taken up again. */
  #again = 0;
  /** What comes now may have been seen: the stream was taken up again. */
  #isResuming = false;

  /** For the next request, whose lines from then on are looked at as those that may be known. */
  resume(): string | undefined {
    if (this.#last === "") return undefined;
    this.#again = 0;
    this.#isResuming = true;
    return `${this.#last.slice(0, 19)}Z`;
  }

  /** The line's text, or undefined where it was seen: `2026-01-02T03:04:05.678901234Z text`. */
  take(line: string): string | undefined {
    const space = line.indexOf(" ");
    const time = inUtc(space < 0 ? line : line.slice(0, space));
    if (time === undefined) return undefined;
    if (this.#isResuming && this.#isKnown(time)) return undefined;
    this.#isResuming = false;
    if (time > this.#last) {
      this.#last = time;
      this.#count = 0;
    }
    // stdout and stderr are stamped each by itself: a line may be older than the one before it.
    if (time === this.#last) this.#count += 1;
    return space < 0 ? "" : line.slice(space + 1);
  }

  #isKnown(time: string): boolean {
    if (time !== this.#last) return time < this.#last;
    this.#again += 1;
    return this.#again <= this.#count;
  }
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
  const utc = zone === "Z" ? whole : new Date(whole + zone).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(9, "0")}`;
}
