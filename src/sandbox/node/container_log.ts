/** A container's log as the kubelet keeps it: timed lines of stdout and stderr together. */
import { Bell } from "../../async/bell.ts";

export interface LogLine {
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** Includes the newline, except for a last line without one. */
  readonly bytes: Uint8Array;
}

export class ContainerLog {
  readonly lines: LogLine[] = [];
  #ended = false;
  readonly #changed = new Bell();

  append(bytes: Uint8Array): void {
    this.lines.push({ time: uniqueTime(), bytes });
    this.#changed.ring();
  }

  /** Appends a line with date and time, as Tekton's entrypoint writes them. */
  note(text: string): void {
    const stamp = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/");
    this.text(`${stamp} ${text}`);
  }

  text(line: string): void {
    this.append(new TextEncoder().encode(`${line}\n`));
  }

  end(): void {
    this.#ended = true;
    this.#changed.ring();
  }

  /** Reads a process's output to its end, line by line. */
  async collect(output: ReadableStream<Uint8Array>): Promise<void> {
    let rest = new Uint8Array();
    for await (const chunk of output) {
      const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
      let start = 0;
      for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, start)) {
        this.append(bytes.slice(start, at + 1));
        start = at + 1;
      }
      rest = bytes.slice(start);
    }
    if (rest.length > 0) this.append(rest);
  }

  /** Yields the lines from an index on; with `follow` until the container ends. */
  async *read(from: number, options: { follow: boolean; signal: AbortSignal }) {
    const aborted = new Promise<void>((resolve) =>
      options.signal.addEventListener("abort", () => resolve(), { once: true })
    );
    for (let at = from; !options.signal.aborted;) {
      if (at < this.lines.length) yield this.lines[at++];
      else if (this.#ended || !options.follow) return;
      else await Promise.race([this.#changed.rings, aborted]);
    }
  }
}

/** Formats `2024-05-01T10:00:00.123456789Z`. */
export function formatTime(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}Z`;
}

let latest = 0n;

/** Returns the time, but never the same one twice, like a node's clock in nanoseconds. */
function uniqueTime(): bigint {
  const now = BigInt(Date.now()) * 1_000_000n;
  latest = now > latest ? now : latest + 1n;
  return latest;
}
