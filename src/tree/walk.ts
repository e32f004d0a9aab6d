/** Walks a directory and yields its entries in order, without the ignored ones. */
import { FileError, type Files, type FileStat } from "../host.ts";
import type { GitIndex } from "./git/git_index.ts";
import type { Ignore } from "./ignore/ignore.ts";
import { join } from "./paths.ts";
import { cannotRead, isMissing } from "./read_errors.ts";
import { sentMode } from "./sent_mode.ts";

/** An entry as a directory listing describes it, without a stat. */
export interface Named {
  /** Relative to the tree's root, '/'-separated, without a leading "./" or a trailing '/'. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** For a symlink: its target, unchanged. */
  readonly linkTarget?: string;
}

export interface Entry extends Named {
  /** For a file: its size at the time of the walk; otherwise 0. */
  readonly sizeBytes: number;
  /** The permission bits to send: 0o755 or 0o644. */
  readonly mode: number;
  /** Seconds since the epoch, with a fraction. */
  readonly mtimeSeconds: number;
  /** For a file with several hard links, inside the tree or outside: the same for all of them. */
  readonly inode?: string;
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** Called for each socket, FIFO and device, which can't be sent. */
  readonly onSkip?: (path: string, why: string) => void;
}

/** The number of files for which stat is called between two checks of the signal. */
const STATS_PER_CHECK = 4096;

/**
 * Yields everything below `root` that is not ignored: sorted by name within each directory, a
 * directory before its contents. Links are not followed.
 *
 * Throws TransferError with the path that can't be read, and the signal's reason.
 */
export async function* walk(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<Entry, void, undefined> {
  for await (const run of walkInRuns(files, root, ignore, options)) yield* run;
}

/**
 * Yields the same entries in runs, each up to the next directory: a million promises, one per file,
 * take a second.
 */
export function walkInRuns(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  return runs(files, { root, ignore, options, read: lstatAll });
}

/** Yields the same entries without calling stat on each file, which would double the time. */
export function walkNames(
  files: Files,
  root: string,
  ignore: Ignore,
  options: WalkOptions = {},
): AsyncGenerator<readonly Named[], void, undefined> {
  return runs(files, { root, ignore, options, read: nameAll });
}

/** A directory with its sorted entries, without the ignored ones. */
interface OpenedDirectory {
  readonly root: string;
  readonly directory: string;
  readonly kept: readonly KeptName[];
  readonly index?: GitIndex;
  readonly options: WalkOptions;
}

interface Walk<T extends Named> {
  readonly root: string;
  readonly ignore: Ignore;
  readonly options: WalkOptions;
  /** Reads the entries of a directory, in order. */
  readonly read: (files: Files, opened: OpenedDirectory) => Promise<T[]>;
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
      await orCannotRead(root, read(files, { root, directory, kept, index, options })),
    );
    // `pending` is a stack: the run pushed last is yielded first.
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

async function orCannotRead<T>(root: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw cannotRead(root, error);
  }
}

/** Splits the entries so that each run but the last ends with a directory. */
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

/** An entry of a listing, with its path from the tree's root. */
interface KeptName {
  readonly name: string;
  readonly path: string;
  readonly kind: FileStat["kind"];
}

async function openDirectory(
  files: Files,
  place: { root: string; directory: string; ignore: Ignore },
): Promise<{ kept: KeptName[]; rules: Ignore }> {
  const { root, directory } = place;
  try {
    const listed = await files.list(join(root, directory));
    const rules = await place.ignore.enter(directory, listed);
    const kept: KeptName[] = [];
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

async function lstatAll(files: Files, opened: OpenedDirectory): Promise<Entry[]> {
  const { root, directory, kept, index, options } = opened;
  const entries: Entry[] = [];
  for (let start = 0; start < kept.length; start += STATS_PER_CHECK) {
    options.signal?.throwIfAborted();
    const some = kept.slice(start, start + STATS_PER_CHECK);
    const stats = await files.lstatNames(join(root, directory), some.map(({ name }) => name));
    for (let i = 0; i < some.length; i++) {
      const { path } = some[i];
      const stat = stats[i];
      if (stat === undefined) checkVanished(root, path);
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

async function nameAll(files: Files, opened: OpenedDirectory): Promise<Named[]> {
  const { root, directory, kept, options } = opened;
  // stat on the first name shows whether the directory may be searched. A name with U+FFFD may
  // stand for one that is not UTF-8.
  const checked = kept.filter(({ name }, at) => at === 0 || name.includes("\uFFFD"));
  if (checked.length > 0) await lstatAll(files, { root, directory, kept: checked, options: {} });
  const entries: Named[] = [];
  for (const entry of kept) {
    if (entry.kind === "other") options.onSkip?.(entry.path, WHY_OTHER);
    else if (entry.kind === "symlink") {
      const linkTarget = await readLink(files, join(root, entry.path));
      if (linkTarget !== undefined) {
        entries.push({ path: entry.path, kind: entry.kind, linkTarget });
      }
    } else entries.push({ path: entry.path, kind: entry.kind });
  }
  return entries;
}

/** PATH_MAX of Linux. */
const MOST_TARGET_BYTES = 4095;

const WHY_OTHER = "it is a socket, a FIFO or a device";

/** Accepts that a file vanished after the listing, such as an editor's temporary file. */
function checkVanished(root: string, path: string): void {
  if (!path.includes("\uFFFD")) return;
  throw new FileError(join(root, path), "no such file or directory"); // U+FFFD stands for bytes that are not UTF-8
}

async function readLink(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readLink(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
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
