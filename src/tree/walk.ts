/** What is in a tree: one entry after the other, without what git or the user leaves out. */
import { FileError, type Files, type FileStat } from "../host.ts";
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

/** So many files of a directory are asked about between two looks at the signal. */
const NAMES_PER_LOOK = 4096;

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
  for await (const run of walkInRuns(files, root, ignore, options)) yield* run;
}

/** The same in runs of entries, each up to the next directory: a promise for each of a million files takes a second. */
export async function* walkInRuns(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  const pending: { run: readonly Entry[]; rules: Ignore }[] = [];

  async function open(directory: string, ignore: Ignore): Promise<void> {
    const { kept, rules } = await openDirectory(files, { root, directory, ignore });
    const runs = toRuns(await lstatAll(files, { root, directory, kept, options }));
    // A stack: the last that is pushed is the first to be yielded.
    for (const run of runs.reverse()) pending.push({ run, rules });
  }

  options.signal?.throwIfAborted();
  await open("", ignore);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    options.signal?.throwIfAborted();
    yield next.run;
    const last = next.run.at(-1);
    if (last?.kind === "directory") await open(last.path, next.rules);
  }
}

/** Each ends with a directory, but for the last one. */
function toRuns(entries: readonly Entry[]): (readonly Entry[])[] {
  const runs: (readonly Entry[])[] = [];
  let start = 0;
  for (let at = 0; at < entries.length; at++) {
    if (entries[at].kind !== "directory" && at < entries.length - 1) continue;
    runs.push(entries.slice(start, at + 1));
    start = at + 1;
  }
  return runs;
}

/** A name of a directory, and the path that has it. */
interface Kept {
  readonly name: string;
  readonly path: string;
}

async function openDirectory(
  files: Files,
  place: { root: string; directory: string; ignore: Ignore },
): Promise<{ kept: Kept[]; rules: Ignore }> {
  const { root, directory } = place;
  try {
    const listed = await files.list(join(root, directory));
    const rules = await place.ignore.enter(directory, listed);
    const kept: Kept[] = [];
    for (const { name, kind } of listed) {
      const path = join(directory, name);
      if (!rules.ignores(path, kind === "directory")) kept.push({ name, path });
    }
    kept.sort((a, b) => a.name < b.name ? -1 : 1);
    return { kept, rules };
  } catch (error) {
    throw cannotRead(root, error);
  }
}

async function lstatAll(
  files: Files,
  at: { root: string; directory: string; kept: readonly Kept[]; options: WalkOptions },
): Promise<Entry[]> {
  const { root, directory, kept, options } = at;
  const entries: Entry[] = [];
  try {
    for (let start = 0; start < kept.length; start += NAMES_PER_LOOK) {
      options.signal?.throwIfAborted();
      const some = kept.slice(start, start + NAMES_PER_LOOK);
      const stats = await files.lstatNames(join(root, directory), some.map(({ name }) => name));
      for (let i = 0; i < some.length; i++) {
        const { path } = some[i];
        const stat = stats[i];
        if (stat === undefined) checkGone(root, path);
        else if (stat.kind === "other") {
          options.onSkip?.(path, "it is a socket, a FIFO or a device");
        } else if (stat.kind === "symlink") {
          const linkTarget = await readLink(files, join(root, path));
          if (linkTarget !== undefined) entries.push(entryOf(path, stat, linkTarget));
        } else entries.push(entryOf(path, stat));
      }
    }
    return entries;
  } catch (error) {
    throw cannotRead(root, error);
  }
}

/** An editor's temporary file may well go between the listing and here: then it was not there. */
function checkGone(root: string, path: string): void {
  if (!path.includes("\uFFFD")) return;
  throw new FileError(join(root, path), "no such file or directory"); // by a name that is not its name
}

async function readLink(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readLink(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
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
