/** Counts how much of an upload has been sent. */
import type { SentFile } from "../tree/archive/checksum_list.ts";
import { sizeOf } from "../tree/sizes.ts";
import type { Entry } from "../tree/walk.ts";

export interface Count {
  readonly files: number;
  readonly bytes: number;
}

export class Progress {
  #total: Count = { files: 0, bytes: 0 };
  /** The files that had arrived before the current archives began. */
  #arrived: Count = { files: 0, bytes: 0 };
  /** By archive, of which two may be under way. */
  readonly #sent = new Map<object, Count>();

  constructor(private readonly entries: readonly Entry[]) {}

  /** Starts over for the archives that follow. */
  restart(
    { unchanged, verified, arrived }: {
      readonly unchanged: ReadonlySet<string>;
      readonly verified: ReadonlySet<string>;
      /** Files that an interrupted attempt delivered. */
      readonly arrived: readonly SentFile[];
    },
  ): void {
    const files = this.entries.filter(({ kind }) => kind === "file");
    const wanted = files.filter(({ path }) => !unchanged.has(path));
    const done = files.filter(({ path }) => verified.has(path));
    this.#total = { files: wanted.length, bytes: sizeOf(wanted) };
    this.#arrived = {
      files: done.length + arrived.length,
      bytes: sizeOf(done) + sizeOf(arrived),
    };
    this.#sent.clear();
  }

  /** Notes how much of one of the archives has been sent. */
  note(archive: object, sent: Count): void {
    this.#sent.set(archive, sent);
  }

  get total(): Count {
    return this.#total;
  }

  get sent(): Count {
    let { files, bytes } = this.#arrived;
    for (const sent of this.#sent.values()) {
      files += sent.files;
      bytes += sent.bytes;
    }
    return { files, bytes };
  }

  get leftBytes(): number {
    return this.#total.bytes - this.sent.bytes;
  }
}
