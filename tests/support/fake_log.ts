/** A container's log in memory, with connections that a test can break. */
import type { LogOptions } from "../../src/kube/interface.ts";
import { UnreachableError } from "../../src/kube/status.ts";

/** One container's log. Its lines begin with their time, as with `?timestamps=true`. */
export class FakeLog {
  /** The options of each request. */
  readonly asked: LogOptions[] = [];
  /** Errors of the next requests, one each. */
  readonly refusals: Error[] = [];
  /** From now on requests get no data and no end. */
  isMute = false;
  readonly #lines: string[] = [];
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #hasEnded = false;
  #isUnended = false;

  get openCount(): number {
    return this.#open.size;
  }

  /** Appends `text` with its own time, or a line that already begins with a time. */
  say(text: string): void {
    const hasTime = /^\d{4}-\d\d-\d\dT/.test(text);
    const seconds = String(this.#lines.length).padStart(2, "0");
    const line = hasTime ? text : `2026-01-02T03:04:${seconds}.000000000Z ${text}`;
    this.#lines.push(line);
    for (const stream of this.#open) stream.enqueue(bytes(`${line}\n`));
  }

  /** Appends a part of a line. The first part has the time, the last part the newline. */
  sayPart(text: string): void {
    const last = this.#lines.at(-1) ?? "";
    if (/^\d{4}-\d\d-\d\dT/.test(text)) this.#lines.push(text);
    else this.#lines.splice(-1, 1, last + text.replace(/\n$/, ""));
    this.#isUnended = !text.endsWith("\n");
    for (const stream of this.#open) stream.enqueue(bytes(text));
  }

  /** The connections stay open but deliver nothing more. */
  swallow(): void {
    this.#open.clear();
  }

  /** Appends a message of the kubelet, without a time. */
  sayOwn(text: string): void {
    for (const stream of this.#open) stream.enqueue(bytes(`${text}\n`));
  }

  /** The container ends. */
  end(): void {
    this.#hasEnded = true;
    for (const stream of this.#open) stream.close();
    this.#open.clear();
  }

  /** The connections break, which the client says as it does of all requests. */
  break(error: Error = new UnreachableError("the connection broke")): void {
    for (const stream of this.#open) stream.error(error);
    this.#open.clear();
  }

  /** The server closes the connections, though the container is still running. */
  hangUp(): void {
    for (const stream of this.#open) stream.close();
    this.#open.clear();
  }

  open(options: LogOptions): ReadableStream<Uint8Array> {
    this.asked.push(options);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    const { sinceTime, signal } = options;
    let own: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream({
      start: (controller) => {
        own = controller;
        if (this.isMute) return;
        for (const line of this.#lines) {
          const time = Date.parse(line.slice(0, line.indexOf(" ")));
          if (sinceTime !== undefined && time < Date.parse(sinceTime)) continue;
          const text = options.timestamps ? line : line.slice(line.indexOf(" ") + 1);
          const isUnended = this.#isUnended && line === this.#lines.at(-1);
          controller.enqueue(bytes(isUnended ? text : `${text}\n`));
        }
        if (this.#hasEnded || !options.follow) return controller.close();
        this.#open.add(controller);
        signal?.addEventListener("abort", () => {
          if (this.#open.delete(controller)) controller.error(signal.reason);
        });
      },
      cancel: () => void this.#open.delete(own),
    });
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
