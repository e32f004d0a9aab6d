/** What a receiver says of the directory that is to be filled: pure. The conversation is in src/step/receive.sh. */
import { TransferError } from "../errors.ts";
import { LEADS_OUT, parseFacts, wholeLines } from "./listing_line.ts";
import type { RemotePath } from "./remote_path.ts";

/** One thing that lies there, links not followed. */
export interface RemoteEntry {
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** The permission bits, set-user-ID and the like included. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds: number;
  /** When content, mode or owner last changed, which no program can set: seconds, a fraction where `stat` has it. */
  readonly ctimeSeconds: number;
}

export interface RemoteListing {
  /** Whether it can unpack gzip. */
  readonly gzip: boolean;
  /** Whether the receiver pulses: see receive.sh. */
  readonly pulses: boolean;
  /** Whether it can check digests; else it checks sizes. */
  readonly sha256sum: boolean;
  /** What there is by path, relative to the directory, below the names that were asked for. */
  readonly there: ReadonlyMap<RemotePath, RemoteEntry>;
  /** It can tell of links alone: what else there is, is not known. */
  readonly linksOnly: boolean;
}

/** More than that is no listing of a workspace. */
const MOST_ENTRIES = 5_000_000;

/**
 * Reads an answer, in pieces of whole lines: the programs that there are, and then what there is. Throws TransferError
 * for one with a path that leads out, and for one that does not end.
 *
 *     gzip
 *     listed
 *     81a4 12 1700000000 1700000009.5 ./src/a.go
 */
export async function parseRemoteListing(
  pieces: AsyncIterable<string>,
  mostEntries = MOST_ENTRIES,
): Promise<RemoteListing> {
  const words = new Set<string>();
  const there = new Map<RemotePath, RemoteEntry>();
  for await (const piece of pieces) {
    for (const line of wholeLines(piece)) {
      const found = parseFacts(line, 4);
      if (found === LEADS_OUT) {
        throw untrusted(`it has the path ${JSON.stringify(line.slice(-200))}`);
      }
      if (found !== undefined) {
        const entry = parseRemoteEntry(found.facts);
        if (entry === undefined) throw untrusted(`it says ${JSON.stringify(line.slice(0, 200))}`);
        there.set(found.path, entry);
      } else if (WORDS.has(line)) words.add(line);
    }
    if (there.size > mostEntries) throw untrusted("it does not end");
  }
  return {
    gzip: words.has("gzip"),
    pulses: words.has("sleep"),
    sha256sum: words.has("sha256sum"),
    linksOnly: words.has("links"),
    there,
  };
}

const WORDS = new Set(["gzip", "sleep", "sha256sum", "listed", "links"]);

function parseRemoteEntry([mode, size, mtime, ctime]: readonly string[]): RemoteEntry | undefined {
  const bits = Number.parseInt(mode, 16);
  const [sizeBytes, mtimeSeconds, ctimeSeconds] = [size, mtime, ctime].map(Number);
  const isOne = bits >= 0 && bits <= 0xffff && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 &&
    Number.isSafeInteger(mtimeSeconds) && Number.isFinite(ctimeSeconds);
  if (!isOne) return undefined;
  const kind = KINDS[bits & 0o170000] ?? "other";
  return { kind, mode: bits & 0o7777, sizeBytes, mtimeSeconds, ctimeSeconds };
}

function untrusted(why: string): TransferError {
  return new TransferError(`Cannot trust what the step lists of its workspace: ${why}`, {
    hint: "who else can write to the workspace, or change the step's image?",
  });
}

/** By the bits of a mode that say what it is the mode of: see inode(7). */
const KINDS: Record<number, RemoteEntry["kind"]> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};
