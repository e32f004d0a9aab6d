/**
 * What an upload leaves word of in the directory that it filled, so that the next one sends only what changed: pure.
 *
 *     tkn-dev record 1
 *     2cf24dba5fb0a30e26e8 755 1700000000 ./run.sh
 *     link - - ./current
 *     dir - - ./src
 *     gone - - ./old.go
 *
 * A file has the first digits of its sha256, its mode and its time as they were sent. Of several lines of one path the
 * last one counts, so that an upload only has to add what it changed.
 */

import { LEADS_OUT, parseFacts, wholeLines } from "./listing_line.ts";
import type { RemotePath } from "./remote_path.ts";

export interface RecordedFile {
  readonly kind: "file";
  /** See `shortDigest`. */
  readonly digest: string;
  readonly mode: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds: number;
}

export type Recorded = RecordedFile | { readonly kind: "link" | "dir" };

export interface UploadRecord {
  /** When it was last written, by the clock over there: seconds since the epoch, a fraction where `stat` has it. */
  readonly writtenSeconds: number;
  readonly entries: ReadonlyMap<RemotePath, Recorded>;
  /** How many lines it has grown to. */
  readonly lines: number;
}

/** Where it lies in the directory itself, where that outlives the run: in a place of its own, which git passes over. */
export const RECORD_NAME = ".tkn-dev-upload";
export const RECORD_FILE = `${RECORD_NAME}/record`;

/** Whether a path of the directory is an upload's own. */
export function isOfRecord(path: string): boolean {
  return path === RECORD_NAME || path.startsWith(`${RECORD_NAME}/`);
}

const HEAD = "tkn-dev record 1\n";
const DIGITS = 20;

/** Enough of a sha256, in hex, to tell whether a file is another one. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGITS);
}

/** A receiver hands out no larger one: see `recall` in src/step/receive.sh. */
const MOST_CHARS = 100e6;

/**
 * Reads it, in pieces of whole lines, after a line "recorded SECONDS"; undefined for what is no record. Whoever can write
 * to the workspace can write it: one with a path that leads out, or of no end, is none.
 */
export async function parseRecord(
  pieces: AsyncIterable<string>,
): Promise<UploadRecord | undefined> {
  const entries = new Map<RemotePath, Recorded>();
  const heads: string[] = [];
  let lines = 0;
  let chars = 0;
  let isTrusted = true;
  for await (const piece of pieces) {
    chars += piece.length;
    if (!isTrusted || chars > MOST_CHARS) {
      isTrusted = false;
      continue; // what comes behind it is read all the same, up to its end
    }
    for (const line of wholeLines(piece)) {
      if (heads.length < 2) {
        heads.push(line);
        continue;
      }
      lines += 1;
      const found = parseFacts(line, 3);
      if (found === LEADS_OUT) isTrusted = false;
      else if (found !== undefined) take(entries, found.path, found.facts);
    }
  }
  const [, seconds] = /^recorded (\d{1,12}(?:\.\d{1,9})?)$/.exec(heads[0] ?? "") ?? [];
  if (!isTrusted || seconds === undefined || `${heads[1]}\n` !== HEAD) return undefined;
  return { writtenSeconds: Number(seconds), entries, lines };
}

function take(
  entries: Map<RemotePath, Recorded>,
  path: RemotePath,
  [what, mode, time]: readonly string[],
): void {
  if (what === "gone") entries.delete(path);
  else if (what === "link" || what === "dir") entries.set(path, { kind: what });
  else if (/^[0-9a-f]{20}$/.test(what) && /^[0-7]{1,4}$/.test(mode) && /^\d{1,12}$/.test(time)) {
    const mtimeSeconds = Number(time);
    entries.set(path, { kind: "file", digest: what, mode: Number.parseInt(mode, 8), mtimeSeconds });
  } else entries.delete(path); // says nothing that could be right
}

/** The lines to add; `anew`: they are all there is. A name with a newline is left out, and so sent each time. */
export function recordText(
  entries: Iterable<readonly [string, Recorded]>,
  { gone = [], anew }: { gone?: Iterable<string>; anew: boolean },
): string {
  const lines: string[] = anew ? [HEAD] : [];
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
