/**
 * An archive on its way to the receiver. Behind the entries it carries the record, if one is kept,
 * and the manifest: the checksums by which the receiver verifies it.
 */
import { createHash } from "node:crypto";
import { pathBytes } from "../path_bytes.ts";
import { archive } from "../tree/archive/archive.ts";
import {
  ChecksumList,
  type Receipt,
  type SentFile,
  type Turn,
} from "../tree/archive/checksum_list.ts";
import { gzip } from "../tree/archive/gzip.ts";
import type { TailMember } from "../tree/archive/packer.ts";
import type { Entry } from "../tree/walk.ts";
import { isTooSlow } from "./compression.ts";
import type { SendOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { PrepackedArchive } from "./prepack/prepacked_archive.ts";
import type { UploadState } from "./upload_state.ts";

type Chunk = Uint8Array<ArrayBuffer>;

export interface OutgoingArchiveOptions {
  readonly options: SendOptions;
  readonly state: UploadState;
  /** The name of the manifest, its last member. */
  readonly manifest: string;
  /**
   * Whether the receiver ends the upload once it has verified this archive, or waits for another.
   */
  readonly turn: Turn;
  /** The files that the receiver hashes as they arrive. */
  readonly hash: readonly Entry[];
}

export class OutgoingArchive {
  readonly #checksums = new ChecksumList();
  readonly #members: Entry[] = [];
  #turn: Turn;
  #receipt?: Receipt;
  #sentBytes = 0;
  #startMs = 0;

  constructor(private readonly context: OutgoingArchiveOptions) {
    this.#turn = context.turn;
    this.#checksums.follow(context.hash.map(({ path }) => path));
  }

  /** Whether it ends the upload. Known for sure once all chunks are taken. */
  get turn(): Turn {
    return this.#turn;
  }

  /** The receipt that the receiver has to print; undefined until all chunks are packed. */
  get receipt(): Receipt | undefined {
    return this.#receipt;
  }

  get members(): readonly Entry[] {
    return this.#members;
  }

  /** Packs what the plan sends, at the reader's pace. */
  async *pack(plan: Plan): AsyncGenerator<Chunk, void, undefined> {
    const { options, state } = this.context;
    for (const file of plan.verify) this.#checksums.add(file);
    const { stream } = archive(this.#entries(plan), {
      files: options.files,
      root: options.root,
      nowSeconds: Math.floor(options.clock.now() / 1000),
      onFile: (file) => this.#add(file),
      tail: () => [
        ...state.sharedDirectories,
        ...this.#tail(plan.verify, [...plan.remove, ...plan.removeIfEmpty]),
      ],
      onProgress: (progress) => state.reportProgress(this, progress),
      signal: options.signal,
    });
    yield* this.#counted(state.isCompressed ? gzip(stream) : stream);
  }

  /** Takes the chunks of an archive that was packed ahead. */
  async *takePrepacked(prepacked: PrepackedArchive): AsyncGenerator<Chunk, void, undefined> {
    for (const entry of prepacked.options.entries) this.#members.push(entry); // too many for a call
    const pieces = prepacked.take(() => {
      for (const file of prepacked.packed) this.#add(file);
      return this.#tail([], []);
    });
    yield* this.#counted(this.#reported(pieces));
  }

  async *#reported(pieces: ReturnType<PrepackedArchive["take"]>) {
    for await (const { chunk, files, bytes } of pieces) {
      this.context.state.reportProgress(this, { files, bytes });
      yield chunk;
    }
  }

  async *#counted(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
    for await (const chunk of chunks) {
      this.#sentBytes += chunk.length;
      this.context.state.addSentBytes(chunk.length);
      yield chunk;
    }
  }

  /** Ends early over a slow link: the rest goes compressed, in another archive. */
  *#entries({ send }: Plan): Generator<Entry, void, undefined> {
    const { options, state } = this.context;
    this.#startMs = options.clock.now();
    for (const entry of send) {
      if (!state.isCompressed && this.#isTooSlow()) {
        this.#turn = "part";
        state.compressNext(true);
        return;
      }
      this.#members.push(entry);
      yield entry;
    }
  }

  #isTooSlow(): boolean {
    const { options: { compress, clock }, state: { leftBytes, listing } } = this.context;
    const elapsedMs = clock.now() - this.#startMs;
    return isTooSlow({ compress, listing, leftBytes, sentBytes: this.#sentBytes, elapsedMs });
  }

  #add(file: SentFile): void {
    this.#checksums.add(file);
    this.context.state.addPacked(file);
  }

  /** Returns the members behind the tree's own, and settles the receipt. */
  #tail(arrived: readonly SentFile[], removed: readonly string[]): TailMember[] {
    const { options, state, manifest } = this.context;
    const tail: TailMember[] = [];
    let anew = false;
    if (options.record !== undefined) {
      const members = [...arrived, ...this.#members];
      const record = state.recordUpdate.next({ members, removed, packed: state.packed });
      const bytes = pathBytes(record.text); // names that are not UTF-8 among them
      const name = `${manifest}.record`;
      const digest = createHash("sha256").update(bytes).digest("hex");
      this.#checksums.addUncounted({ path: name, sizeBytes: bytes.length, digest });
      tail.push({ name, text: record.text });
      anew = record.anew;
    }
    const { text, receipt } = this.#checksums.close({
      turn: this.#turn,
      anew,
      by: state.listing.sha256sum ? "digest" : "size",
    });
    this.#receipt = receipt;
    return [...tail, { name: manifest, text }];
  }
}
