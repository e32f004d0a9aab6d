/** The entries of a tree as a tar archive: a byte stream with backpressure. */
import type { Files } from "../../host.ts";
import type { SentFile } from "./checksum_list.ts";
import { type Packed, Packer, type TailMember } from "./packer.ts";
import type { Entry } from "../walk.ts";

export interface ArchiveOptions {
  readonly files: Files;
  /** The directory that the entries' paths are relative to. */
  readonly root: string;
  /** Seconds since the epoch. A later mtime of a file is replaced by this time. */
  readonly nowSeconds: number;
  /** Called for each file when all of its bytes are in the archive. */
  readonly onFile?: (file: SentFile) => void;
  /** Returns the members to append at the tree's root. Called when all entries are packed. */
  readonly tail?: () => readonly TailMember[] | Promise<readonly TailMember[]>;
  /** Called with the totals so far, once for each chunk. */
  readonly onProgress?: (progress: { files: number; bytes: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Streams the entries in order, in chunks of up to 256 KiB, and reads at most about 1 MiB ahead.
 * The reader owns the chunks that it gets. Canceling the stream or aborting the signal ends the
 * walk and closes open files.
 *
 * The stream errors with TransferError if a file can't be read or becomes shorter than its header
 * says. If a file grows, only as many bytes are sent as its header says. `packed` resolves when the
 * last chunk is read, and rejects if the stream errors or is canceled; that rejection may stay
 * unhandled.
 */
export function archive(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  options: ArchiveOptions,
): { stream: ReadableStream<Uint8Array<ArrayBuffer>>; packed: Promise<Packed> } {
  const { signal, onProgress } = options;
  const packed = Promise.withResolvers<Packed>();
  packed.promise.catch(() => {}); // callers may ignore it
  const packer = new Packer(options);
  const chunks = packer.chunks(entries);
  let onAbort = () => {};
  let hasEnded = false;

  /** Ends the stream; returns false if it has ended already. */
  function end(): boolean {
    signal?.removeEventListener("abort", onAbort);
    return !hasEnded && (hasEnded = true);
  }

  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      onAbort = () => {
        if (!end()) return;
        packed.reject(signal?.reason);
        controller.error(signal?.reason);
        chunks.return(ABANDONED).catch(() => {});
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (hasEnded) return;
        onProgress?.(packer.progress);
        if (!next.done) return controller.enqueue(next.value);
        end();
        controller.close();
        packed.resolve(next.value);
      } catch (error) {
        if (!end()) return;
        packed.reject(error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      if (!end()) return;
      packed.reject(reason ?? new DOMException("the archive was canceled", "AbortError"));
      await chunks.return(ABANDONED).catch(() => {});
    },
    // With 1, the next chunk is read while this one is being sent. `pull` runs only when the queue
    // is empty, so the generator ends and `packed` resolves when the last chunk was read.
  }, { highWaterMark: 1 });
  return { stream, packed: packed.promise };
}

/** The return value of an abandoned archive, which no caller reads. */
const ABANDONED: Packed = { files: 0, bytes: 0 };
