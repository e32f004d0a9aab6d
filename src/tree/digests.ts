/** The sha256 digests of a tree's files. Each file is read once. */
import { createHash } from "node:crypto";
import { FileError, type Files } from "../host.ts";
import type { Entry } from "./walk.ts";

const CHUNK_BYTES = 256 * 1024;
/** The most files open at a time; each has its own buffer. */
const READS_AT_ONCE = 16;

/** A file's sha256 in hex; undefined if it can't be read, which the archive reports. */
export type Digest = string | undefined;

export class Digests {
  readonly #known = new Map<string, Digest | Promise<Digest>>();
  #free = READS_AT_ONCE;
  /** Reads waiting for a free slot; those before `#next` have already started. */
  #waiting: (() => void)[] = [];
  #next = 0;

  constructor(private readonly files: Files, private readonly root: string) {}

  /** Returns the file's digest; not as a promise if it is known already. */
  of({ path }: Entry): Digest | Promise<Digest> {
    if (this.#known.has(path)) return this.#known.get(path);
    const reading = this.#readInTurn(path);
    this.#known.set(path, reading);
    reading.then((digest) => this.#known.set(path, digest), () => {}); // the caller gets the error
    return reading;
  }

  /** Takes the digest of a file that was read for another reason. */
  note(path: string, digest: Digest): void {
    this.#known.set(path, digest);
  }

  /** Takes over what another walk knows of these files, which are as they were then. */
  takeOver(earlier: Digests, files: readonly Entry[]): void {
    for (const { path } of files) {
      const known = earlier.#known.get(path);
      if (known !== undefined) this.#known.set(path, known);
    }
  }

  /** Returns the digest that was read or noted, if there is one by now. */
  known(path: string): Digest {
    const known = this.#known.get(path);
    return typeof known === "string" ? known : undefined;
  }

  /**
   * Reads all of the files in advance, until the signal aborts. Forgets the digest of a file that
   * has changed since the walk.
   */
  async ahead(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    const files = entries.filter(({ kind }) => kind === "file").values();
    const read = async () => {
      for (const entry of files) {
        if (signal.aborted) return;
        if (this.#known.has(entry.path)) await this.of(entry);
        else await this.#readAhead(entry);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, read));
  }

  async #readAhead(entry: Entry): Promise<void> {
    const { path, sizeBytes, mtimeSeconds } = entry;
    const digest = await this.of(entry);
    const stat = await this.files.lstat(`${this.root}/${path}`).catch(() => undefined);
    if (stat?.mtimeSeconds === mtimeSeconds && stat.sizeBytes === sizeBytes) return;
    if (this.#known.get(path) === digest) this.#known.delete(path);
  }

  async #readInTurn(path: string): Promise<Digest> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#read(path);
    } finally {
      this.#release();
    }
  }

  /**
   * Hands the slot to the next read. `#next` avoids shift(), which copies a long array each time.
   */
  #release(): void {
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
