/** What of a tree has to be sent to where some of it lies already, and what has to go there first. */
import type { Digest } from "../tree/digests.ts";
import type { SentFile } from "../tree/archive/checksum_list.ts";
import { isOfRecord, shortDigest, type UploadRecord } from "../step/protocol/record.ts";
import { at, type RemotePath } from "../step/protocol/remote_path.ts";
import type { RemoteEntry, RemoteListing } from "../step/protocol/listing.ts";
import type { Entry } from "../tree/walk.ts";

/** What goes that is not in the tree: what earlier uploads sent, everything, or nothing. */
export type Deletes = "auto" | "always" | "never";

export interface DeltaOptions {
  readonly entries: readonly Entry[];
  readonly survey: RemoteListing;
  readonly record?: UploadRecord;
  /** Of a file of the tree. */
  readonly digest: (entry: Entry) => Digest | Promise<Digest>;
  /** What earlier tries of the same upload packed, whether it arrived or not. */
  readonly packed: ReadonlyMap<string, SentFile>;
  /** The paths that a receipt has vouched for already. */
  readonly verified: ReadonlySet<string>;
  readonly deletes: Deletes;
  /** Not in the tree, but in git's: what of these is there stays. */
  readonly spares?: ReadonlySet<string>;
}

export interface Delta {
  readonly send: Entry[];
  /** Lie there of a try that was cut, and have only to be checked. */
  readonly resumed: SentFile[];
  /** Files that are there as the tree has them. */
  readonly unchanged: Entry[];
  /** To be removed with all that is in it, or where nothing is in it; the deeper ones first. */
  readonly remove: RemotePath[];
  readonly rmdir: RemotePath[];
}

export async function delta(options: DeltaOptions): Promise<Delta> {
  const together = goTogether(options);
  const left = options.entries.filter((entry) =>
    together.has(entry) || !options.verified.has(entry.path)
  );
  const alone = left.filter((entry) => !together.has(entry));
  const resumed = alone.map((entry) => lies(options, entry)).filter((file) => file !== undefined);
  const isResumed = new Set(resumed.map(({ path }) => path));
  const asked = alone.filter((entry) => !isResumed.has(entry.path) && isAsSent(options, entry));
  const same = await Promise.all(asked.map((entry) => isSame(options, entry)));
  const there = new Set(asked.filter((_, at) => same[at]));
  const send = left.filter((entry) => !there.has(entry) && !isResumed.has(entry.path));
  const unchanged = [...there].filter(({ kind }) => kind === "file");
  return { send, resumed, unchanged, ...removals(options) };
}

/**
 * The files that have several names in the tree, of which not all are there yet: a hard link has to come with
 * what it is a link to.
 */
function goTogether({ entries, verified }: DeltaOptions): ReadonlySet<Entry> {
  const groups = Map.groupBy(
    entries.filter(({ inode }) => inode !== undefined),
    ({ inode }) => inode,
  );
  const going = [...groups.values()].filter((names) =>
    names.length > 1 && names.some(({ path }) => !verified.has(path))
  );
  return new Set(going.flat());
}

/** A file that came over before the stream was cut: tar gives it its time once it is whole. */
function lies({ packed, survey }: DeltaOptions, { path }: Entry): SentFile | undefined {
  const before = packed.get(path);
  const there = at(survey.entries, path);
  const isWhole = there?.kind === "file" && there.sizeBytes === before?.sizeBytes &&
    there.mtimeSeconds === before.mtimeSeconds;
  return isWhole ? before : undefined;
}

/**
 * There as it was sent, by size and times: a program that changes a file can set its mtime back, but not its ctime. What
 * changed in the very second in which the record was written is sent again if its mtime tells.
 */
function isAsSent({ survey, record }: DeltaOptions, entry: Entry): boolean {
  const there = at(survey.entries, entry.path);
  const recorded = record && at(record.entries, entry.path);
  if (there === undefined || recorded === undefined) return false;
  if (entry.kind === "directory") return there.kind === "directory" && recorded.kind === "dir";
  if (entry.kind !== "file" || there.kind !== "file" || recorded.kind !== "file") return false;
  return there.sizeBytes === entry.sizeBytes &&
    there.mtimeSeconds === recorded.mtimeSeconds &&
    there.mtimeSeconds < Math.floor(record!.writtenSeconds) &&
    there.ctimeSeconds <= record!.writtenSeconds &&
    recorded.mode === entry.mode;
}

/** Here as it was sent, by its digest: at once where that is known, for there are many. */
function isSame({ record, digest }: DeltaOptions, entry: Entry): boolean | Promise<boolean> {
  const recorded = at(record!.entries, entry.path)!;
  if (recorded.kind !== "file") return true;
  const isThat = (now?: string) => now !== undefined && shortDigest(now) === recorded.digest;
  const now = digest(entry);
  return now instanceof Promise ? now.then(isThat) : isThat(now);
}

function removals({ entries, survey, record, deletes, verified, spares }: DeltaOptions) {
  const spared = withParents(spares ?? []);
  const ours = new Map<string, Entry["kind"]>();
  for (const { path, kind } of entries) {
    ours.set(path, kind);
    for (let parent = parentOf(path); parent !== "" && !ours.has(parent);) {
      ours.set(parent, "directory");
      parent = parentOf(parent);
    }
  }
  const remove: RemotePath[] = [], rmdir: RemotePath[] = [];
  for (const [path, there] of survey.entries) {
    if (isOfRecord(path) || verified.has(path)) continue;
    const kind = ours.get(path);
    const recorded = record?.entries.get(path)?.kind;
    if (kind !== undefined) {
      if (isInTheWay(kind, there)) remove.push(path);
    } else if (spared.has(path)) {
      continue;
    } else if (deletes === "always") {
      const parent = parentOf(path);
      const stays = parent === "" || ours.get(parent) === "directory" || spared.has(parent);
      if (stays) remove.push(path);
    } else if (deletes === "auto" && recorded !== undefined) {
      if (recorded === "dir") there.kind === "directory" && rmdir.push(path);
      else if (there.kind === (recorded === "link" ? "symlink" : "file")) remove.push(path);
    }
  }
  return { remove, rmdir: rmdir.sort().reverse() };
}

function withParents(paths: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    for (let at = path; at !== "" && !all.has(at); at = parentOf(at)) all.add(at);
  }
  return all;
}

/** What tar would follow, or not take the place of. */
function isInTheWay(ours: Entry["kind"], there: RemoteEntry): boolean {
  if (ours === "directory") return there.kind !== "directory";
  return there.kind === "directory" || there.kind === "other" ||
    (there.kind === "symlink" && ours !== "symlink");
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
