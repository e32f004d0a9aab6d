/**
 * The record that an upload leaves in the directory, so that the next upload sends only what
 * changed. Pure.
 *
 *     tkn-dev record 1
 *     2cf24dba5fb0a30e26e8 755 1700000000 ./run.sh
 *     link - - ./current
 *     dir - - ./src
 *     gone - - ./old.go
 *     part - - ./new.go
 *     part - - .
 *     base 3f2a1b4c5d6e7f8091a2b3c4d5e6f70819203142 PipelineRun/greet-x7k2p .
 *
 * The line of a file has the first digits of its sha256, its mode and its mtime, as they were sent.
 * If several lines name one path the last one counts, so that an upload only appends its changes.
 * `part` is a file that came from an upload, and that a later one was about to change or did not
 * complete: it is sent again. `part - - .` says so of all files in the lines before it. `base` says
 * that a clone of that run is below the uploads: what no line names is as in its commit.
 */
import { LEADS_OUT, parseListingLine, wholeLines } from "./listing_line.ts";
import type { RemotePath } from "./remote_path.ts";

export interface RecordedFile {
  readonly kind: "file";
  /** See `shortDigest`. */
  readonly digest: string;
  readonly mode: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds: number;
}

export type Recorded = RecordedFile | { readonly kind: "link" | "dir" | "part" };

/** A commit that a run's clone has checked out, and uploads of the run have changed. */
export interface RecordedBase {
  /** The full hash. */
  readonly commit: string;
  /** "PipelineRun/greet-x7k2p". */
  readonly run: string;
}

export interface UploadRecord {
  /**
   * When the record was last written, by the clock of the node: seconds since the epoch, with a
   * fraction if the `stat` of the image prints one.
   */
  readonly writtenSeconds: number;
  readonly entries: ReadonlyMap<RemotePath, Recorded>;
  /** Paths that an upload has removed. */
  readonly gone: ReadonlySet<RemotePath>;
  readonly base?: RecordedBase;
  /** The number of lines, which grows with each upload. */
  readonly lines: number;
}

/** The place of the record in a directory that outlives the run. Git ignores it. */
const RECORD_NAME = ".tkn-dev-upload";
export const RECORD_FILE = `${RECORD_NAME}/record`;

/** Returns whether a path of the directory belongs to tkn-dev. */
export function isOfRecord(path: string): boolean {
  return path === RECORD_NAME || path.startsWith(`${RECORD_NAME}/`);
}

const HEAD = "tkn-dev record 1\n";
const ALL_PARTS = "part - - .";
const BASE = /^base ([0-9a-f]{40}|[0-9a-f]{64}) (\w{1,20}\/[a-z0-9.-]{1,253}) \.$/;
const PART: Recorded = { kind: "part" };
const DIGITS = 20;

/** Shortens a sha256 in hex to the digits that the record keeps. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGITS);
}

/** The receiver sends no larger record: see `recall` in receive.sh. */
const MOST_CHARS = 100e6;

/**
 * Parses a record, given in pieces of whole lines after a line "recorded SECONDS". Returns
 * undefined if it is not a valid record. Anyone who can write to the workspace can write it, so a
 * record with a path that leads out of the directory, or without an end, is not valid.
 */
export async function parseRecord(
  pieces: AsyncIterable<string>,
): Promise<UploadRecord | undefined> {
  const entries = new Map<RemotePath, Recorded>();
  const gone = new Set<RemotePath>();
  let base: RecordedBase | undefined;
  const heads: string[] = [];
  /** Files of lines since the last ALL_PARTS. */
  let files: RemotePath[] = [];
  let lines = 0;
  let chars = 0;
  let isTrusted = true;
  for await (const piece of pieces) {
    chars += piece.length;
    if (!isTrusted || chars > MOST_CHARS) {
      isTrusted = false;
      continue; // read the rest of the answer, up to its end
    }
    for (const line of wholeLines(piece)) {
      if (heads.length < 2) {
        heads.push(line);
        continue;
      }
      lines += 1;
      if (line === ALL_PARTS) {
        for (const path of files) if (entries.get(path)?.kind === "file") entries.set(path, PART);
        files = [];
        continue;
      }
      const found = parseListingLine(line, 3);
      if (found === LEADS_OUT) isTrusted = false;
      else if (found !== undefined) apply({ entries, files, gone }, found.path, found.facts);
      else base = readBase(line) ?? base;
    }
  }
  const [, seconds] = /^recorded (\d{1,12}(?:\.\d{1,9})?)$/.exec(heads[0] ?? "") ?? [];
  if (!isTrusted || seconds === undefined || `${heads[1]}\n` !== HEAD) return undefined;
  return { writtenSeconds: Number(seconds), entries, gone, base, lines };
}

/** Reads the line with the base, or any other text. */
export function readBase(line: string): RecordedBase | undefined {
  const [, commit, run] = BASE.exec(line) ?? [];
  return run === undefined ? undefined : { commit, run };
}

function apply(
  { entries, files, gone }: {
    readonly entries: Map<RemotePath, Recorded>;
    readonly files: RemotePath[];
    readonly gone: Set<RemotePath>;
  },
  path: RemotePath,
  [what, mode, time]: readonly string[],
): void {
  gone.delete(path);
  if (what === "gone") {
    entries.delete(path);
    gone.add(path);
  } else if (what === "link" || what === "dir" || what === "part") {
    entries.set(path, { kind: what });
  } else if (/^[0-9a-f]{20}$/.test(what) && /^[0-7]{1,4}$/.test(mode) && /^\d{1,12}$/.test(time)) {
    const mtimeSeconds = Number(time);
    entries.set(path, { kind: "file", digest: what, mode: Number.parseInt(mode, 8), mtimeSeconds });
    files.push(path);
  } else entries.delete(path); // a damaged line
}

/**
 * Returns the lines to append, or with `anew` a whole record. A name with a newline is left out,
 * and so sent each time.
 */
export function recordText(
  entries: Iterable<readonly [string, Recorded]>,
  { gone = [], base, anew }: { gone?: Iterable<string>; base?: RecordedBase; anew: boolean },
): string {
  const lines: string[] = anew ? [HEAD] : [];
  if (base !== undefined) lines.push(`base ${base.commit} ${base.run} .\n`);
  for (const path of gone) lines.push(`gone - - ./${path}\n`);
  for (const [path, entry] of entries) {
    if (path.includes("\n")) continue;
    const facts = entry.kind === "file"
      ? `${entry.digest} ${entry.mode.toString(8)} ${entry.mtimeSeconds}`
      : `${entry.kind} - -`;
    lines.push(`${facts} ./${path}\n`);
  }
  return lines.join("");
}
