/**
 * Plans an upload: compares the local tree with what the directory contains and with the record of
 * an earlier upload. Pure.
 */
import type { RemoteEntry, RemoteListing } from "../step/protocol/listing.ts";
import {
  isOfRecord,
  type Recorded,
  shortDigest,
  type UploadRecord,
} from "../step/protocol/record.ts";
import { at, type RemotePath, remotePath } from "../step/protocol/remote_path.ts";
import type { SentFile } from "../tree/archive/checksum_list.ts";
import type { Digest } from "../tree/digests.ts";
import { parentOf } from "../tree/paths.ts";
import type { Entry } from "../tree/walk.ts";
import type { Deletes, OnTop } from "./options.ts";

export interface Plan {
  readonly send: readonly Entry[];
  /** Files that arrived in an interrupted attempt: the receiver only verifies them. */
  readonly verify: readonly SentFile[];
  /** Files that the directory already has as the tree has them. */
  readonly unchanged: readonly Entry[];
  /** The lines of a new record about entries that the directory already has. */
  readonly found: ReadonlyMap<string, Recorded>;
  /** Paths to remove with all that they contain. */
  readonly remove: readonly RemotePath[];
  /** Directories to remove if they are empty, the deeper ones first. */
  readonly removeIfEmpty: readonly RemotePath[];
  /** The number of paths that are sure to be removed. */
  readonly removed: number;
}

export interface PlanOptions {
  readonly entries: readonly Entry[];
  readonly listing: RemoteListing;
  readonly record?: UploadRecord;
  /** Returns the digest of a file of the tree. */
  readonly digest: (entry: Entry) => Digest | Promise<Digest>;
  /** The files that earlier attempts packed, whether they arrived or not. */
  readonly packed: ReadonlyMap<string, SentFile>;
  /** The paths that a receipt has confirmed. */
  readonly verified: ReadonlySet<string>;
  readonly deletes: Deletes;
  /** Returns whether something besides uploads made the path, and it is to be removed. */
  readonly isLeft?: (path: string) => boolean;
  /** Paths that are not in the tree, but stay if the directory has them. */
  readonly spares?: ReadonlySet<string>;
  /** Set if the directory has the rest of the tree, in place of `deletes`. */
  readonly onTop?: OnTop;
  /** See SourceTree. */
  readonly hasAlready?: (path: string) => boolean;
  /** See SourceTree. */
  readonly needsRecord?: boolean;
}

/** Returns the plan. Asks for the digest of a file only if the rest of it looks unchanged. */
export async function planUpload(options: PlanOptions): Promise<Plan> {
  const together = linkedEntries(options);
  const left = options.entries.filter((entry) =>
    together.has(entry) || !options.verified.has(entry.path)
  );
  const alone = left.filter((entry) => !together.has(entry));
  const verify = alone.map((entry) => arrivedFile(options, entry))
    .filter((file) => file !== undefined);
  const arrived = new Set(verify.map(({ path }) => path));
  const candidates = alone.filter((entry) => !arrived.has(entry.path) && isAsSent(options, entry));
  const same = await Promise.all(candidates.map((entry) => isSame(options, entry)));
  const kept = new Set(candidates.filter((_, at) => same[at]));
  const send = left.filter((entry) => !kept.has(entry) && !arrived.has(entry.path));
  const unchanged = [...kept].filter(({ kind }) => kind === "file");
  const found = await recordOf(options, [...kept].filter((entry) => !isRecorded(options, entry)));
  const removed = options.onTop === undefined
    ? removals(options)
    : removalsOnTop(options, options.onTop);
  return { send, verify, unchanged, found, ...removed };
}

/** Returns what a record says of entries that the directory has. */
async function recordOf(
  { listing, digest }: PlanOptions,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, Recorded>> {
  const digests = await Promise.all(
    entries.map((entry) => entry.kind === "file" ? digest(entry) : undefined),
  );
  const found = new Map<string, Recorded>();
  for (const [index, { path, kind, mode }] of entries.entries()) {
    const [now, remote] = [digests[index], at(listing.entries, path)];
    if (remote === undefined) continue;
    if (kind === "directory") found.set(path, { kind: "dir" });
    else if (now !== undefined) {
      const { mtimeSeconds } = remote;
      found.set(path, { kind: "file", digest: shortDigest(now), mode, mtimeSeconds });
    }
  }
  return found;
}

/**
 * Returns the files with several names in the tree that have not all arrived: a hard link has to
 * travel with the file that it links to.
 */
function linkedEntries({ entries, verified }: PlanOptions): ReadonlySet<Entry> {
  const groups = Map.groupBy(
    entries.filter(({ inode }) => inode !== undefined),
    ({ inode }) => inode,
  );
  const incomplete = [...groups.values()].filter((names) =>
    names.length > 1 && names.some(({ path }) => !verified.has(path))
  );
  return new Set(incomplete.flat());
}

/** Returns the file if it arrived before the stream was cut: tar sets the mtime of a whole file. */
function arrivedFile({ packed, listing }: PlanOptions, { path }: Entry): SentFile | undefined {
  const before = packed.get(path);
  const remote = at(listing.entries, path);
  const isWhole = remote?.kind === "file" && remote.sizeBytes === before?.sizeBytes &&
    remote.mtimeSeconds === before.mtimeSeconds;
  return isWhole ? before : undefined;
}

/**
 * Returns whether the directory has the entry as it was sent, by size and times. A program that
 * changes a file can reset its mtime, but not its ctime. A file that changed in the very second in
 * which the record was written is sent again if its mtime shows that.
 */
function isAsSent(options: PlanOptions, entry: Entry): boolean {
  const { listing, record, hasAlready, needsRecord } = options;
  const remote = at(listing.entries, entry.path);
  if (record === undefined && needsRecord) return false;
  if (!isKnown(options, entry) && hasAlready?.(entry.path)) {
    if (remote === undefined) return true; // a sparse clone leaves it out
    return entry.kind !== "symlink" && remote.kind === entry.kind;
  }
  const recorded = record && at(record.entries, entry.path);
  if (record === undefined || remote === undefined || recorded === undefined) return false;
  if (entry.kind === "directory") return remote.kind === "directory" && recorded.kind === "dir";
  if (entry.kind !== "file" || remote.kind !== "file" || recorded.kind !== "file") return false;
  // As in the commit of a clone, it may have other bytes here, which git has converted. Those here
  // would be wrong there.
  const isConverted = remote.sizeBytes !== entry.sizeBytes;
  return (!isConverted || hasAlready?.(entry.path) === true) &&
    remote.mtimeSeconds === recorded.mtimeSeconds &&
    (isConverted || remote.mtimeSeconds < Math.floor(record.writtenSeconds)) &&
    remote.ctimeSeconds <= record.writtenSeconds &&
    recorded.mode === entry.mode;
}

/** Whether the record says what uploads did to the path. */
function isKnown(options: PlanOptions, entry: Entry): boolean {
  const { record } = options;
  return isRecorded(options, entry) || record?.gone.has(entry.path as RemotePath) === true;
}

function isRecorded({ record }: PlanOptions, { path }: Entry): boolean {
  return record !== undefined && at(record.entries, path) !== undefined;
}

/**
 * Returns whether the local file still is as it was sent, by its digest: without a promise if the
 * digest is known, because there may be many files.
 */
function isSame({ record, digest }: PlanOptions, entry: Entry): boolean | Promise<boolean> {
  const recorded = record && at(record.entries, entry.path);
  if (recorded?.kind !== "file") return true;
  const isRecorded = (now?: string) => now !== undefined && shortDigest(now) === recorded.digest;
  const now = digest(entry);
  return now instanceof Promise ? now.then(isRecorded) : isRecorded(now);
}

/** Returns the kinds of the entries and of the directories above them, by path. */
function localKinds(entries: readonly Entry[]): ReadonlyMap<string, Entry["kind"]> {
  const local = new Map<string, Entry["kind"]>();
  for (const { path, kind } of entries) {
    local.set(path, kind);
    for (let parent = parentOf(path); parent !== "" && !local.has(parent);) {
      local.set(parent, "directory");
      parent = parentOf(parent);
    }
  }
  return local;
}

function removals(
  { entries, listing, record, deletes, isLeft, verified, spares }: PlanOptions,
) {
  const spared = withParents(spares ?? []);
  const local = localKinds(entries);
  const remove: RemotePath[] = [], removeIfEmpty: RemotePath[] = [];
  for (const [path, remote] of listing.entries) {
    if (isOfRecord(path) || verified.has(path)) continue;
    const kind = local.get(path);
    const recorded = record?.entries.get(path)?.kind;
    if (kind !== undefined) {
      if (isInTheWay(kind, remote)) remove.push(path);
    } else if (spared.has(path)) {
      continue;
    } else if (isLeft?.(path)) {
      const parent = parentOf(path);
      if (local.has(parent) || !isLeft(parent)) remove.push(path); // else it goes with its parent
    } else if (deletes === "always") {
      const parent = parentOf(path);
      const stays = parent === "" || local.get(parent) === "directory" || spared.has(parent);
      if (stays) remove.push(path);
    } else if (deletes === "auto" && recorded !== undefined) {
      if (recorded === "dir") remote.kind === "directory" && removeIfEmpty.push(path);
      else if (remote.kind === (recorded === "link" ? "symlink" : "file")) remove.push(path);
    }
  }
  const removed = remove.length + removeIfEmpty.length;
  return { remove, removeIfEmpty: removeIfEmpty.sort().reverse(), removed };
}

/**
 * Removes what is in the way of an entry, and the removed paths, with the directories that this
 * empties, as git does.
 */
function removalsOnTop({ entries, listing, verified }: PlanOptions, { removed }: OnTop) {
  const local = localKinds(entries);
  const remove = new Set<RemotePath>();
  for (const [path, remote] of listing.entries) {
    const kind = local.get(path);
    if (kind !== undefined && !verified.has(path) && isInTheWay(kind, remote)) remove.add(path);
  }
  const left = new Set<RemotePath>();
  for (const text of removed) {
    const path = remotePath(text);
    if (path === undefined || local.has(path)) continue;
    remove.add(path);
    for (let parent = parentOf(path); parent !== "" && !local.has(parent);) {
      left.add(parent as RemotePath);
      parent = parentOf(parent);
    }
  }
  return { remove: [...remove], removeIfEmpty: [...left].sort().reverse(), removed: remove.size };
}

function withParents(paths: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    for (let at = path; at !== "" && !all.has(at); at = parentOf(at)) all.add(at);
  }
  return all;
}

/** Returns whether tar would follow the remote entry, or fail to replace it. */
function isInTheWay(local: Entry["kind"], remote: RemoteEntry): boolean {
  if (local === "directory") return remote.kind !== "directory";
  return remote.kind === "directory" || remote.kind === "other" ||
    (remote.kind === "symlink" && local !== "symlink");
}
