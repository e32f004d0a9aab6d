/**
 * An archive that is packed while the place that it goes to gets ready: what then is left to do is to send it. Code is
 * compressed meanwhile, for a sixth of the bytes goes faster over any link.
 */
import { gzipSync } from "node:zlib";
import { Bell } from "../async/bell.ts";
import type { Files } from "../host.ts";
import { archive, type ArchiveOptions } from "../tree/archive/archive.ts";
import { gzip } from "../tree/archive/gzip.ts";
import type { SentFile } from "../tree/archive/checksum_list.ts";
import { sizeOf } from "../tree/sizes.ts";
import type { Entry } from "../tree/walk.ts";

/** It waits for its reader once it holds that much. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Of the first so many bytes it is tried out whether they can be made smaller; fewer are not worth it. */
const TRIED_BYTES = 512 * 1024;
const WORTH_RATIO = 1.3;

export interface PrepackOptions {
  readonly files: Files;
  readonly root: string;
  readonly entries: readonly Entry[];
  readonly nowSeconds: number;
  /** Undefined: where it makes them smaller. */
  readonly compressed?: boolean;
  readonly signal?: AbortSignal;
}

type Tail = NonNullable<ArchiveOptions["tail"]>;

export interface Piece {
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** What had been packed by then. */
  readonly files: number;
  readonly bytes: number;
}

export class PrepackedArchive {
  /** The files that are packed so far, in their order: all of them once the tail is asked for. */
  readonly packed: SentFile[] = [];
  /** Known once there is a first piece, and at the latest once it is taken. */
  readonly compressed: Promise<boolean>;
  #progress = { files: 0, bytes: 0 };
  readonly #tail = Promise.withResolvers<Tail>();
  readonly #discarded = new AbortController();
  readonly #ahead: ReadAhead<Piece>;

  constructor(readonly options: PrepackOptions) {
    const { signal } = options;
    const { stream } = archive(options.entries, {
      ...options,
      signal: signal === undefined
        ? this.#discarded.signal
        : AbortSignal.any([signal, this.#discarded.signal]),
      onFile: (file) => this.packed.push(file),
      tail: async () => (await this.#tail.promise)(),
      onProgress: ({ files, bytes }) => this.#progress = { files, bytes },
    });
    const compressed = Promise.withResolvers<boolean>();
    compressed.promise.catch(() => {}); // an error is the pieces' too
    this.compressed = compressed.promise;
    this.#ahead = new ReadAhead(this.#pack(stream, compressed), MOST_BYTES);
  }

  /** Its pieces, to be read once. `tail` is asked for the members behind the tree's own. */
  take(tail: Tail): AsyncIterable<Piece> {
    this.#tail.resolve(tail);
    return this.#ahead;
  }

  /** It is not needed any more. */
  discard(): void {
    this.#discarded.abort(new DOMException("the archive was not needed", "AbortError"));
    this.#ahead.discard();
  }

  async *#pack(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    compressed: PromiseWithResolvers<boolean>,
  ): AsyncGenerator<Piece, void, undefined> {
    try {
      const chunks = stream[Symbol.asyncIterator]();
      const first: Uint8Array<ArrayBuffer>[] = [];
      // What is so small waits for its tail before a first chunk comes.
      const isTried = sizeOf(this.options.entries) >= TRIED_BYTES;
      for (let bytes = 0; isTried && bytes < TRIED_BYTES;) {
        const { done, value } = await chunks.next();
        if (done) break;
        first.push(value);
        bytes += value.length;
      }
      const packs = this.options.compressed ?? isWorth(first);
      compressed.resolve(packs);
      const all = joined(first, { [Symbol.asyncIterator]: () => chunks });
      for await (const chunk of packs ? gzip(all) : all) yield { chunk, ...this.#progress };
    } catch (error) {
      compressed.reject(error);
      throw error;
    }
  }
}

function isWorth(chunks: readonly Uint8Array[]): boolean {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  if (bytes < TRIED_BYTES) return false;
  const packedBytes = chunks.reduce((sum, chunk) => sum + gzipSync(chunk, { level: 1 }).length, 0);
  return bytes / packedBytes >= WORTH_RATIO;
}

async function* joined<T>(first: readonly T[], rest: AsyncIterable<T>) {
  yield* first;
  yield* rest;
}

/** Reads pieces before they are asked for, up to so many bytes. */
class ReadAhead<T extends { chunk: Uint8Array }> {
  readonly #queue: T[] = [];
  #bytes = 0;
  #isOver = false;
  #error: unknown;
  readonly #changed = new Bell();

  constructor(source: AsyncIterable<T>, private readonly mostBytes: number) {
    void this.#read(source);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (true) {
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#bytes -= next.chunk.length;
        this.#changed.ring();
        yield next;
      } else if (this.#isOver) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else await this.#changed.rings;
    }
  }

  discard(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#bytes = 0;
    this.#changed.ring();
  }

  async #read(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const piece of source) {
        if (this.#isOver) return;
        this.#queue.push(piece);
        this.#bytes += piece.chunk.length;
        this.#changed.ring();
        while (this.#bytes >= this.mostBytes && !this.#isOver) await this.#changed.rings;
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#isOver = true;
      this.#changed.ring();
    }
  }
}
