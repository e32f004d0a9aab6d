/** The sha256 of a tree's files, each read once. */
import { createHash } from "node:crypto";
import { FileError, type Files } from "../host.ts";
import type { Entry } from "./walk.ts";

const CHUNK_BYTES = 256 * 1024;
/** Files that are open at the same time, each with a chunk. */
const READS_AT_ONCE = 16;

/** A file's sha256, in hex; undefined where it can't be read: who sends it says why. */
export type Digest = string | undefined;

export class Digests {
  readonly #known = new Map<string, Digest | Promise<Digest>>();
  #free = READS_AT_ONCE;
  /** Reads that wait for a place, from `#next` on. */
  #waiting: (() => void)[] = [];
  #next = 0;

  constructor(private readonly files: Files, private readonly root: string) {}

  /** At once where it is known. */
  of({ path }: Entry): Digest | Promise<Digest> {
    if (this.#known.has(path)) return this.#known.get(path);
    const reading = this.#inTurn(path);
    this.#known.set(path, reading);
    reading.then((digest) => this.#known.set(path, digest), () => {}); // who asked is told
    return reading;
  }

  /** Reads them all while there is time, until the signal. */
  async ahead(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    const files = entries.filter(({ kind }) => kind === "file").values();
    const read = async () => {
      for (const entry of files) {
        if (signal.aborted) return;
        await this.of(entry);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, read));
  }

  async #inTurn(path: string): Promise<Digest> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#read(path);
    } finally {
      this.#leave();
    }
  }

  /** Its place is the next one's: a list that loses its first again and again is copied each time. */
  #leave(): void {
    if (this.#next < this.#waiting.length) return this.#waiting[this.#next++]();
    this.#free++;
    this.#waiting = [];
    this.#next = 0;
  }

  async #read(path: string): Promise<Digest> {
    try {
      const file = await this.files.open(`${this.root}/${path}`);
      try {
        const hash = createHash("sha256");
        const buffer = new Uint8Array(CHUNK_BYTES);
        for (let count; (count = await file.read(buffer)) !== null;) {
          hash.update(buffer.subarray(0, count));
        }
        return hash.digest("hex");
      } finally {
        file.close();
      }
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }
}
