/** A file system that shows some files with changed content, as they are to be sent. */
import type { DirectoryEntry, Files, FileStat, OpenFile, ReadStart } from "../../host.ts";

/** Rewrites the content of one file, chunk by chunk. */
export interface Rewrite {
  /** Takes the next chunk; returns the rewritten bytes that are known so far. */
  push(chunk: Uint8Array): Uint8Array;
  /** Returns the remaining bytes after the last chunk. */
  end(): Uint8Array;
}

const CHUNK_BYTES = 64 * 1024;

/** Finds the size of a rewritten file by reading it, again only if the file changes. */
export class RewrittenFiles implements Files {
  readonly #sizes = new Map<string, { rawBytes: number; mtimeSeconds: number; bytes: number }>();

  /** @param rewriteOf returns a new Rewrite for each read, or undefined for an unchanged file */
  constructor(
    private readonly files: Files,
    private readonly rewriteOf: (path: string) => Rewrite | undefined,
  ) {}

  list(directory: string): Promise<DirectoryEntry[]> {
    return this.files.list(directory);
  }

  async lstat(path: string): Promise<FileStat> {
    return await this.#measured(path, await this.files.lstat(path));
  }

  async lstatNames(
    directory: string,
    names: readonly string[],
  ): Promise<(FileStat | undefined)[]> {
    const stats = await this.files.lstatNames(directory, names);
    for (const [at, stat] of stats.entries()) {
      if (stat?.kind !== "file") continue;
      const path = `${directory}/${names[at]}`;
      if (this.rewriteOf(path) !== undefined) stats[at] = await this.#measured(path, stat);
    }
    return stats;
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.files.stat(path);
  }

  readLink(path: string): Promise<string> {
    return this.files.readLink(path);
  }

  async open(path: string): Promise<OpenFile> {
    const file = await this.files.open(path);
    const rewrite = this.rewriteOf(path);
    if (rewrite === undefined) return file;
    return new RewrittenFile(file, rewrite, (stat) => this.#measured(path, stat));
  }

  async readStart(path: string, buffer: Uint8Array): Promise<ReadStart> {
    if (this.rewriteOf(path) === undefined) return await this.files.readStart(path, buffer);
    const file = await this.open(path);
    let bytes = 0;
    try {
      while (bytes < buffer.length) {
        const count = await file.read(buffer.subarray(bytes));
        if (count === null) break;
        bytes += count;
      }
    } finally {
      file.close();
    }
    return { bytes, stat: await this.lstat(path) };
  }

  /** Returns the original text: it is used for ignore rules and git configuration. */
  readText(path: string): Promise<string | undefined> {
    return this.files.readText(path);
  }

  writeText(path: string, text: string): Promise<void> {
    return this.files.writeText(path, text);
  }

  createText(path: string, text: string): Promise<boolean> {
    return this.files.createText(path, text);
  }

  realPath(path: string): Promise<string> {
    return this.files.realPath(path);
  }

  async #measured(path: string, stat: FileStat): Promise<FileStat> {
    const rewrite = stat.kind === "file" ? this.rewriteOf(path) : undefined;
    if (rewrite === undefined) return stat;
    const { sizeBytes: rawBytes, mtimeSeconds } = stat;
    const known = this.#sizes.get(path);
    if (known?.rawBytes === rawBytes && known.mtimeSeconds === mtimeSeconds) {
      return { ...stat, sizeBytes: known.bytes };
    }
    const bytes = await this.#size(path, rewrite);
    this.#sizes.set(path, { rawBytes, mtimeSeconds, bytes });
    return { ...stat, sizeBytes: bytes };
  }

  async #size(path: string, rewrite: Rewrite): Promise<number> {
    const file = await this.files.open(path);
    try {
      const chunk = new Uint8Array(CHUNK_BYTES);
      let bytes = 0;
      for (let count; (count = await file.read(chunk)) !== null;) {
        bytes += rewrite.push(chunk.subarray(0, count)).length;
      }
      return bytes + rewrite.end().length;
    } finally {
      file.close();
    }
  }
}

class RewrittenFile implements OpenFile {
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #ready: Uint8Array = new Uint8Array();
  #hasEnded = false;

  constructor(
    private readonly file: OpenFile,
    private readonly rewrite: Rewrite,
    private readonly measured: (stat: FileStat) => Promise<FileStat>,
  ) {}

  async stat(): Promise<FileStat> {
    return await this.measured(await this.file.stat());
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#ready.length === 0 && !this.#hasEnded) {
      const count = await this.file.read(this.#chunk);
      this.#hasEnded = count === null;
      this.#ready = count === null
        ? this.rewrite.end()
        : this.rewrite.push(this.#chunk.subarray(0, count));
    }
    if (this.#ready.length === 0) return null;
    const count = Math.min(this.#ready.length, buffer.length);
    buffer.set(this.#ready.subarray(0, count));
    this.#ready = this.#ready.subarray(count);
    return count;
  }

  close(): void {
    this.file.close();
  }
}
