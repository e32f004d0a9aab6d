/** Lists directories by Linux system calls: all names, with any bytes, and the stats of files. */
import type { DirectoryEntry, FileStat } from "../../host.ts";
import { readDirents } from "./dirents.ts";
import { fileError, isGone } from "./file_error.ts";
import { toStat } from "./file_stat.ts";
import type { Libc } from "./libc.ts";
import { readStatx, STATX_BYTES } from "./statx.ts";

const LISTED_BYTES = 256 * 1024;

const listed = new Uint8Array(LISTED_BYTES);
const stat = new Uint8Array(STATX_BYTES);
const statView = new DataView(stat.buffer);

/** Lists a directory, in no particular order. Throws an error with a `code`. */
export function listDirectory(libc: Libc, path: string): DirectoryEntry[] {
  using directory = libc.openDirectory(path);
  const entries: DirectoryEntry[] = [];
  for (let count; (count = libc.getdents(directory.fd, listed)) > 0;) {
    addEntries(libc, { path, fd: directory.fd }, { bytes: listed.subarray(0, count), entries });
  }
  return entries;
}

/** Does the same through Deno's thread pool. */
export async function listDirectoryPooled(libc: Libc, path: string): Promise<DirectoryEntry[]> {
  using directory = await libc.openDirectoryPooled(path);
  const buffer = new Uint8Array(LISTED_BYTES);
  const entries: DirectoryEntry[] = [];
  for (let count; (count = await libc.getdentsPooled(directory.fd, buffer)) > 0;) {
    addEntries(libc, { path, fd: directory.fd }, { bytes: buffer.subarray(0, count), entries });
  }
  return entries;
}

/** Adds entries. Some file systems list names without their kind: those need a stat. */
function addEntries(
  libc: Libc,
  directory: Place,
  { bytes, entries }: { bytes: Uint8Array; entries: DirectoryEntry[] },
): void {
  for (const { name, kind } of readDirents(bytes)) {
    const known = kind ?? lstatAt(libc, directory, name)?.kind;
    if (known !== undefined) entries.push({ name, kind: known });
  }
}

/**
 * Returns the stats of the names in a directory, without following links; undefined for missing
 * ones. Stops early after `mostMs`, with the stats of the first names.
 *
 * Throws FileError, or an error with a `code` for the directory itself.
 */
export function lstatNames(
  libc: Libc,
  path: string,
  { names, mostMs }: { names: readonly string[]; mostMs: number },
): (FileStat | undefined)[] {
  using directory = libc.openDirectory(path);
  const endMs = performance.now() + mostMs;
  const stats: (FileStat | undefined)[] = [];
  for (const name of names) {
    stats.push(lstatAt(libc, { path, fd: directory.fd }, name));
    if (performance.now() > endMs) break;
  }
  return stats;
}

/** An open directory. */
interface Place {
  readonly path: string;
  readonly fd: number;
}

function lstatAt(libc: Libc, { path, fd }: Place, name: string): FileStat | undefined {
  try {
    libc.statx(fd, name, stat);
  } catch (error) {
    if (isGone(error)) return undefined;
    return lstatByDeno(`${path}/${name}`, error);
  }
  return readStatx(statView);
}

/** An old seccomp profile of a container may refuse statx for any file. */
function lstatByDeno(path: string, refused: unknown): FileStat | undefined {
  if (!path.isWellFormed()) throw fileError(path, refused);
  try {
    return toStat(Deno.lstatSync(path));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw fileError(path, error);
  }
}
