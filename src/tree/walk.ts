/** What is in a tree: one entry after the other, without what git or the user leaves out. */
import type { DirectoryEntry, Files, FileStat } from "../host.ts";
import type { Ignore } from "./ignore.ts";
import { cannotRead, isGone } from "./unreadable.ts";

export interface Entry {
  /** Relative to the tree's root, '/'-separated, without a leading "./" or a trailing '/'. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** Of a file: its size as listed; 0 for the others. */
  readonly sizeBytes: number;
  /** The permission bits, e.g. 0o755. */
  readonly mode: number;
  /** Seconds since the epoch, with a fraction. */
  readonly mtimeSeconds: number;
  /** Of a symlink: what it holds, as it stands. */
  readonly linkTarget?: string;
  /** Of a file that has more names than one, in the tree or elsewhere: what they share. */
  readonly inode?: string;
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** Called for what an archive can't carry: a socket, a FIFO, a device. */
  readonly onSkip?: (path: string, why: string) => void;
}

/** How many entries of a directory are asked for at the same time. */
const CONCURRENCY = 64;

/**
 * Everything below `root` that is not ignored, sorted by name in each directory, a directory before what
 * is in it, links as links.
 *
 * Throws TransferError naming what can't be read, and the signal's reason.
 */
export async function* walk(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<Entry, void, undefined> {
  const pending: { entry?: Entry; rules: Ignore }[] = [{ rules: ignore }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    options.signal?.throwIfAborted();
    if (next.entry !== undefined) yield next.entry;
    if (next.entry !== undefined && next.entry.kind !== "directory") continue;
    const directory = next.entry?.path ?? "";
    const { entries, rules } = await openDirectory(files, { root, directory, ignore: next.rules });
    const inside = await statAll(files, { root, directory, entries, options });
    // A stack: the last that is pushed is the first to be yielded.
    for (let i = inside.length - 1; i >= 0; i--) pending.push({ entry: inside[i], rules });
  }
}

async function openDirectory(
  files: Files,
  place: { root: string; directory: string; ignore: Ignore },
): Promise<{ entries: DirectoryEntry[]; rules: Ignore }> {
  const { root, directory } = place;
  try {
    const listed = await files.list(join(root, directory));
    const rules = await place.ignore.enter(directory, listed);
    const entries = listed.filter(({ name, kind }) =>
      !rules.ignores(join(directory, name), kind === "directory")
    );
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    return { entries, rules };
  } catch (error) {
    throw cannotRead(root, error);
  }
}

async function statAll(
  files: Files,
  at: { root: string; directory: string; entries: DirectoryEntry[]; options: WalkOptions },
): Promise<Entry[]> {
  const { root, directory, entries, options } = at;
  const result: Entry[] = [];
  for (let start = 0; start < entries.length; start += CONCURRENCY) {
    options.signal?.throwIfAborted();
    const some = entries.slice(start, start + CONCURRENCY);
    const found = await Promise.all(
      some.map(({ name }) => toEntry(files, root, join(directory, name))),
    );
    for (const [i, entry] of found.entries()) {
      if (entry === "other") {
        options.onSkip?.(join(directory, some[i].name), "it is a socket, a FIFO or a device");
      } else if (entry !== "gone") result.push(entry);
    }
  }
  return result;
}

async function toEntry(
  files: Files,
  root: string,
  path: string,
): Promise<Entry | "other" | "gone"> {
  try {
    const stat = await files.lstat(join(root, path));
    if (stat.kind === "other") return "other";
    const linkTarget = stat.kind === "symlink" ? await files.readLink(join(root, path)) : undefined;
    return entryOf(path, stat, linkTarget);
  } catch (error) {
    // An editor's temporary file may well go between the listing and here: then it was not there.
    if (isGone(error) && !path.includes("\uFFFD")) return "gone";
    throw cannotRead(root, error);
  }
}

function entryOf(path: string, stat: FileStat, linkTarget?: string): Entry {
  const { mode, mtimeSeconds, inode } = stat;
  const kind = stat.kind as Entry["kind"];
  const sizeBytes = kind === "file" ? stat.sizeBytes : 0;
  const entry = { path, kind, sizeBytes, mode, mtimeSeconds, linkTarget };
  return inode === undefined ? entry : { ...entry, inode };
}

function join(base: string, path: string): string {
  return base === "" || path === "" ? base || path : `${base}/${path}`;
}
