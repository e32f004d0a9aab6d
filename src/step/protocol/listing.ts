/** The answer of receive.sh to `ask`: what the target directory contains. Pure. */
import { TransferError } from "../../errors.ts";
import { LEADS_OUT, parseListingLine, wholeLines } from "./listing_line.ts";
import type { RemotePath } from "./remote_path.ts";

/** A file, directory or link on the receiver. Links are not followed. */
export interface RemoteEntry {
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** The permission bits, with set-user-ID, set-group-ID and sticky. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds: number;
  /**
   * Seconds since the epoch, with a fraction if the `stat` of the image prints one. No program can
   * set a ctime: it changes with the content, the mode and the owner.
   */
  readonly ctimeSeconds: number;
}

export interface RemoteListing {
  /** Whether the receiver can unpack gzip. */
  readonly gzip: boolean;
  /** Whether the receiver pulses, for which it needs `sleep`. */
  readonly pulses: boolean;
  /** Whether the receiver verifies digests; without sha256sum it verifies sizes. */
  readonly sha256sum: boolean;
  /** By path relative to the directory, below the names that the client asked for. */
  readonly entries: ReadonlyMap<RemotePath, RemoteEntry>;
  /** Whether the image can list links only, so that everything else is unknown. */
  readonly linksOnly: boolean;
}

/** No workspace has more. */
const MOST_ENTRIES = 5_000_000;

/**
 * Parses an answer, given in pieces of whole lines: the programs of the image, then the entries.
 * Throws TransferError for a path that leads out of the directory, and for an endless answer.
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
  const entries = new Map<RemotePath, RemoteEntry>();
  for await (const piece of pieces) {
    for (const line of wholeLines(piece)) {
      const found = parseListingLine(line, 4);
      if (found === LEADS_OUT) {
        throw untrusted(`it has the path ${JSON.stringify(line.slice(-200))}`);
      }
      if (found !== undefined) {
        const entry = parseRemoteEntry(found.facts);
        if (entry === undefined) throw untrusted(`it says ${JSON.stringify(line.slice(0, 200))}`);
        entries.set(found.path, entry);
      } else if (WORDS.has(line)) words.add(line);
    }
    if (entries.size > mostEntries) throw untrusted("it does not end");
  }
  return {
    gzip: words.has("gzip"),
    pulses: words.has("sleep"),
    sha256sum: words.has("sha256sum"),
    linksOnly: words.has("links"),
    entries,
  };
}

const WORDS = new Set(["gzip", "sleep", "sha256sum", "listed", "links"]);

function parseRemoteEntry([mode, size, mtime, ctime]: readonly string[]): RemoteEntry | undefined {
  const bits = Number.parseInt(mode, 16);
  const [sizeBytes, mtimeSeconds, ctimeSeconds] = [size, mtime, ctime].map(Number);
  const isEntry = bits >= 0 && bits <= 0xffff && Number.isSafeInteger(sizeBytes) &&
    sizeBytes >= 0 && Number.isSafeInteger(mtimeSeconds) && Number.isFinite(ctimeSeconds);
  if (!isEntry) return undefined;
  const kind = KINDS[bits & 0o170000] ?? "other";
  return { kind, mode: bits & 0o7777, sizeBytes, mtimeSeconds, ctimeSeconds };
}

function untrusted(why: string): TransferError {
  return new TransferError(`Cannot trust what the step lists of its workspace: ${why}`, {
    hint: "who else can write to the workspace, or change the step's image?",
  });
}

/** By the file type bits of a mode, see inode(7). */
const KINDS: Record<number, RemoteEntry["kind"]> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};
