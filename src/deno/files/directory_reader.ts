/** Lists directories and stats their files, by Linux system calls or else by Deno. */
import type { DirectoryEntry, Files, FileStat } from "../../host.ts";
import { listDirectory, listDirectoryPooled, lstatNames } from "./directory.ts";
import { isGone, named, naming } from "./file_error.ts";
import { kindOf } from "./file_stat.ts";
import { type Libc, openLibc } from "./libc.ts";
import type { Pace } from "./pace.ts";

/** How many files of a directory are stat at once. */
const CONCURRENCY = 64;
/** The cost of a name in a listing on quick storage, with a margin. */
const NAME_MS = 0.002;

export class DirectoryReader {
  constructor(private readonly pace: Pace, private readonly lstat: Files["lstat"]) {}

  /** Deno shows a name that is not UTF-8 with U+FFFD. */
  list(directory: string): Promise<DirectoryEntry[]> {
    const libc = openLibc();
    if (libc === undefined) return this.#listByDeno(directory);
    return this.pace.call(
      () => named(directory, () => listDirectory(libc, directory)),
      () => naming(directory, () => listDirectoryPooled(libc, directory)),
      { workMs: listingMs },
    );
  }

  async lstatNames(
    directory: string,
    names: readonly string[],
  ): Promise<(FileStat | undefined)[]> {
    const libc = openLibc();
    const stats: (FileStat | undefined)[] = [];
    while (stats.length < names.length) {
      const some = names.slice(stats.length, stats.length + CONCURRENCY);
      for (const stat of await this.#lstatSome(libc, directory, some)) stats.push(stat);
    }
    return stats;
  }

  /** Returns the stats of the first names, at least of one. */
  #lstatSome(
    libc: Libc | undefined,
    directory: string,
    names: readonly string[],
  ): Promise<(FileStat | undefined)[]> {
    const pooled = () => Promise.all(names.map((name) => this.#lstatOne(`${directory}/${name}`)));
    if (libc === undefined) return pooled();
    const mostMs = this.pace.slowMs;
    return this.pace.call(
      () => named(directory, () => lstatNames(libc, directory, { names, mostMs })),
      pooled,
      { count: names.length },
    );
  }

  async #lstatOne(path: string): Promise<FileStat | undefined> {
    try {
      return await this.lstat(path);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #listByDeno(directory: string): Promise<DirectoryEntry[]> {
    return await this.pace.call(
      () => Array.from(named(directory, () => Deno.readDirSync(directory)), toEntry),
      () => naming(directory, () => Array.fromAsync(Deno.readDir(directory), toEntry)),
      { workMs: listingMs },
    );
  }
}

function listingMs(entries: readonly unknown[]): number {
  return entries.length * NAME_MS;
}

function toEntry(entry: Deno.DirEntry): DirectoryEntry {
  return { name: entry.name, kind: kindOf(entry) };
}
