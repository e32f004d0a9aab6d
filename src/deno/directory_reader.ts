/** Directories and what is known of the files in them: by Linux' own calls, or by Deno's where it shows all names. */
import { UsageError } from "../errors.ts";
import type { DirectoryEntry, Files, FileStat } from "../host.ts";
import { listDirectory, listDirectoryPooled, lstatNames } from "./directory.ts";
import { isGone, named, naming } from "./file_error.ts";
import { kindOf } from "./file_stat.ts";
import { type Libc, openLibc } from "./libc.ts";
import type { Pace } from "./pace.ts";
import { isAtLeast } from "./version.ts";

/** How many files of a directory are asked about at the same time. */
const CONCURRENCY = 64;
/** What a name costs a listing on quick storage, with room to spare. */
const NAME_MS = 0.002;
/** Before this version Deno leaves out of a listing each name that is not UTF-8; since then it shows U+FFFD. */
const SHOWS_ALL = "2.9";

export class DirectoryReader {
  constructor(private readonly pace: Pace, private readonly lstat: Files["lstat"]) {}

  /** Throws UsageError where names would be missing. */
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

  /** Of the first names: one at least. */
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
    requireAllNames(directory);
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

/** Where the C library lists no directory, Deno has to show all names. Throws UsageError. */
function requireAllNames(directory: string): void {
  if (isAtLeast(Deno.version.deno, SHOWS_ALL)) return;
  throw new UsageError(
    `Cannot list "${directory}": Deno ${Deno.version.deno} leaves out names that are not UTF-8`,
    { hint: `use Deno ${SHOWS_ALL} or later; an earlier one needs Linux, glibc and --allow-ffi` },
  );
}

function toEntry(entry: Deno.DirEntry): DirectoryEntry {
  return { name: entry.name, kind: kindOf(entry) };
}
