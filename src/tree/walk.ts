/** What is in a tree: one entry after the other, without what git or the user leaves out. */
import { FileError, type Files, type FileStat } from "../host.ts";
import type { GitIndex } from "./git/git_index.ts";
import type { Ignore } from "./ignore/ignore.ts";
import { sentMode } from "./sent_mode.ts";
import { cannotRead, isGone } from "./read_errors.ts";

/** What a listing alone says of it. */
export interface Named {
  /** Relative to the tree's root, '/'-separated, without a leading "./" or a trailing '/'. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** Of a symlink: what it holds, as it stands. */
  readonly linkTarget?: string;
}

export interface Entry extends Named {
  /** Of a file: its size as listed; 0 for the others. */
  readonly sizeBytes: number;
  /** The permission bits that it is sent with: 0o755 or 0o644. */
  readonly mode: number;
  /** Seconds since the epoch, with a fraction. */
  readonly mtimeSeconds: number;
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
export function walkInRuns(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  return runs(files, { root, ignore, options, read: lstatAll });
}

/** The same without what only a stat of each file says, which takes as long as all the rest. */
export function walkNames(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<readonly Named[], void, undefined> {
  return runs(files, { root, ignore, options, read: nameAll });
}

/** What of a directory is not ignored, sorted. */
interface Opened {
  readonly root: string;
  readonly directory: string;
  readonly kept: readonly Kept[];
  readonly index?: GitIndex;
  readonly options: WalkOptions;
}

interface Walk<T extends Named> {
  readonly root: string;
  readonly ignore: Ignore;
  readonly options: WalkOptions;
  /** The entries of a directory, in order. */
  readonly read: (files: Files, opened: Opened) => Promise<T[]>;
}

async function* runs<T extends Named>(
  files: Files,
  { root, ignore, options, read }: Walk<T>,
): AsyncGenerator<readonly T[], void, undefined> {
  const pending: { run: readonly T[]; rules: Ignore }[] = [];

  async function open(directory: string, ignore: Ignore): Promise<void> {
    const { kept, rules } = await openDirectory(files, { root, directory, ignore });
    const { index } = rules;
    const runs = toRuns(
      await readable(root, read(files, { root, directory, kept, index, options })),
    );
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

async function readable<T>(root: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw cannotRead(root, error);
  }
}

/** Each ends with a directory, but for the last one. */
function toRuns<T extends Named>(entries: readonly T[]): (readonly T[])[] {
  const runs: (readonly T[])[] = [];
  let start = 0;
  for (let at = 0; at < entries.length; at++) {
    if (entries[at].kind !== "directory" && at < entries.length - 1) continue;
    runs.push(start === 0 && at === entries.length - 1 ? entries : entries.slice(start, at + 1));
    start = at + 1;
  }
  return runs;
}

/** A name of a directory, as listed, and the path that has it. */
interface Kept {
  readonly name: string;
  readonly path: string;
  readonly kind: FileStat["kind"];
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
      if (!rules.ignores(path, kind === "directory")) kept.push({ name, path, kind });
    }
    kept.sort((a, b) => a.name < b.name ? -1 : 1);
    return { kept, rules };
  } catch (error) {
    throw cannotRead(root, error);
  }
}

async function lstatAll(files: Files, opened: Opened): Promise<Entry[]> {
  const { root, directory, kept, index, options } = opened;
  const entries: Entry[] = [];
  for (let start = 0; start < kept.length; start += NAMES_PER_LOOK) {
    options.signal?.throwIfAborted();
    const some = kept.slice(start, start + NAMES_PER_LOOK);
    const stats = await files.lstatNames(join(root, directory), some.map(({ name }) => name));
    for (let i = 0; i < some.length; i++) {
      const { path } = some[i];
      const stat = stats[i];
      if (stat === undefined) checkGone(root, path);
      else if (stat.kind === "other") options.onSkip?.(path, WHY_OTHER);
      else if (stat.kind === "symlink") {
        const linkTarget = await readLink(files, join(root, path));
        if (linkTarget !== undefined) entries.push(entryOf(path, stat, { linkTarget }));
      } else if (stat.sizeBytes <= MOST_TARGET_BYTES && index?.isLink(path)) {
        const linkTarget = await files.readText(join(root, path));
        const link = { ...stat, kind: "symlink" as const, inode: undefined };
        if (linkTarget !== undefined) entries.push(entryOf(path, link, { linkTarget }));
      } else entries.push(entryOf(path, stat, { isExecutable: index?.isExecutable(path) }));
    }
  }
  return entries;
}

async function nameAll(files: Files, opened: Opened): Promise<Named[]> {
  const { root, directory, kept, options } = opened;
  // The first tells whether names in this directory may be looked up; with U+FFFD in it a name may be another's stand-in.
  const asked = kept.filter(({ name }, at) => at === 0 || name.includes("\uFFFD"));
  if (asked.length > 0) await lstatAll(files, { root, directory, kept: asked, options: {} });
  const entries: Named[] = [];
  for (const one of kept) {
    if (one.kind === "other") options.onSkip?.(one.path, WHY_OTHER);
    else if (one.kind === "symlink") {
      const linkTarget = await readLink(files, join(root, one.path));
      if (linkTarget !== undefined) entries.push({ path: one.path, kind: one.kind, linkTarget });
    } else entries.push(one as Kept & Named);
  }
  return entries;
}

/** PATH_MAX of Linux. */
const MOST_TARGET_BYTES = 4095;

const WHY_OTHER = "it is a socket, a FIFO or a device";

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

function entryOf(
  path: string,
  stat: FileStat,
  { linkTarget, isExecutable }: { linkTarget?: string; isExecutable?: boolean },
): Entry {
  const { mtimeSeconds, inode } = stat;
  const mode = sentMode(stat.kind, stat.mode, isExecutable);
  const kind = stat.kind as Entry["kind"];
  const sizeBytes = kind === "file" ? stat.sizeBytes : 0;
  const entry = { path, kind, sizeBytes, mode, mtimeSeconds, linkTarget };
  return inode === undefined ? entry : { ...entry, inode };
}

function join(base: string, path: string): string {
  return base === "" || path === "" ? base || path : `${base}/${path}`;
}
