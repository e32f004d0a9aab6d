/** A container's log as the kubelet keeps it: lines with their times, stdout and stderr in one. */
import { Bell } from "../../async/bell.ts";

export interface LogLine {
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** With its newline, but for a last line that has none. */
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

  /** A line of the platform's own, as Tekton's entrypoint writes it: date, time, text. */
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

  /** Reads a process' output to its end, line by line. */
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

  /** From a line on; with `follow` until the container's end. */
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

/** `2024-05-01T10:00:00.123456789Z` */
export function formatTime(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}Z`;
}

let latest = 0n;

/** The clock, but never twice the same, as a node's clock in nanoseconds is. */
function uniqueTime(): bigint {
  const now = BigInt(Date.now()) * 1_000_000n;
  latest = now > latest ? now : latest + 1n;
  return latest;
}
