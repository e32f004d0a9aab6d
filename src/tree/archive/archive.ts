/** A tree's entries as a tar archive: a byte stream that goes at its reader's pace. */
import type { Files } from "../../host.ts";
import type { SentFile } from "./checksum_list.ts";
import { type Packed, Packer, type TailMember } from "./packer.ts";
import type { Entry } from "../walk.ts";

export interface ArchiveOptions {
  readonly files: Files;
  /** The directory that the entries' paths are relative to. */
  readonly root: string;
  /** Seconds since the epoch: a file from the future is sent as of now. */
  readonly nowSeconds: number;
  /** Called for each file once its bytes are in the archive. */
  readonly onFile?: (file: SentFile) => void;
  /** The members behind the tree's own, at its root: asked for once all of those are packed. */
  readonly tail?: () => readonly TailMember[] | Promise<readonly TailMember[]>;
  /** Called once a chunk with what has gone so far. */
  readonly onProgress?: (progress: { files: number; bytes: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Streams the entries in their order, in chunks of up to 256 KiB, and reads no further ahead than about
 * 1 MiB; a chunk is the reader's to keep. Cancelling the stream, or the signal, ends the walk and closes
 * what is open.
 *
 * The stream errors with TransferError where a file can't be read or becomes shorter than its header says;
 * of one that grows what its header says is sent. `packed` resolves once the last chunk was taken, and
 * rejects where the stream errors or is cancelled; nobody has to handle that.
 */
export function archive(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  options: ArchiveOptions,
): { stream: ReadableStream<Uint8Array<ArrayBuffer>>; packed: Promise<Packed> } {
  const { signal, onProgress } = options;
  const packed = Promise.withResolvers<Packed>();
  packed.promise.catch(() => {}); // not asked for is not unhandled
  const packer = new Packer(options);
  const chunks = packer.chunks(entries);
  let onAbort = () => {};
  let over = false;

  /** True for the first to end it. */
  function end(): boolean {
    signal?.removeEventListener("abort", onAbort);
    return !over && (over = true);
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
        if (over) return;
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
      packed.reject(reason ?? new DOMException("the archive was cancelled", "AbortError"));
      await chunks.return(ABANDONED).catch(() => {});
    },
    // 1: the next chunk is read while this one is on its way. Pulled only once the queue is empty, the
    // generator ends, and with it `packed` comes, when the last chunk was taken.
  }, { highWaterMark: 1 });
  return { stream, packed: packed.promise };
}

/** What an archive that was given up returns: nobody sees it. */
const ABANDONED: Packed = { files: 0, bytes: 0 };
