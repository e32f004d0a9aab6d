/** The checksum list: the last member of each archive, by which the receiver verifies the files. */
import { createHash } from "node:crypto";
import { pathBytes } from "../../path_bytes.ts";

/** The totals by which client and receiver agree on what was transferred. */
export interface Receipt {
  /** Regular files, without the checksum list itself. */
  readonly files: number;
  /** The sum of their sizes. */
  readonly bytes: number;
  /**
   * A sha256 in hex: of the list's text for one archive, of the list of all files for a whole tree.
   */
  readonly digest: string;
}

/** A file as its tar member describes it. */
export interface SentFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** The permission bits. */
  readonly mode: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds: number;
  /** The sha256 of the bytes sent, in hex. */
  readonly digest: string;
}

type ListedFile = Pick<SentFile, "path" | "sizeBytes" | "digest">;

/** The receiver's next action: wait for another archive, or end as its arguments say. */
export type Turn = "part" | "end";

/**
 * Collects the files that the receiver verifies. The text of the list:
 *
 *     tkn-dev manifest 2
 *     then end
 *     files 2
 *     bytes 11
 *     listed 2
 *
 *     2cf24dba…  ./run.sh
 *     486ea462…  ./src/main.go
 *
 * If the receiver has no sha256sum, each line has the file's size instead of its digest.
 *
 * `then end anew` means that the upload record in the archive replaces the receiver's record.
 *
 * The lines after the blank line are the input of `sha256sum -c`, of both coreutils and busybox. A
 * name that the two escape differently is counted but not listed. Files that the receiver hashes on
 * arrival come first.
 */
export class ChecksumList {
  #files = 0;
  #bytes = 0;
  readonly #listed: ListedFile[] = [];
  readonly #hashedOnArrival = new Set<string>();

  /** Lists these paths first: the receiver hashes them as they arrive. */
  follow(paths: Iterable<string>): void {
    for (const path of paths) this.#hashedOnArrival.add(path);
  }

  add(file: ListedFile): void {
    this.#files++;
    this.#bytes += file.sizeBytes;
    this.addUncounted(file);
  }

  /** Adds a file to verify that is not part of the tree. */
  addUncounted(file: ListedFile): void {
    if (isListed(file)) this.#listed.push(file);
  }

  /** Returns the list's text and the receipt that the receiver must answer with. */
  close(
    { turn, anew = false, by = "digest" }: { turn: Turn; anew?: boolean; by?: "digest" | "size" },
  ): { text: string; receipt: Receipt } {
    const isFirst = ({ path }: ListedFile) => this.#hashedOnArrival.has(path);
    const first = this.#listed.filter(isFirst);
    const rest = this.#listed.filter((file) => !isFirst(file));
    const lines = [...first, ...rest].map(({ path, digest, sizeBytes }) =>
      `${by === "digest" ? digest : sizeBytes}  ./${path}\n`
    );
    const head = `then ${turn}${anew ? " anew" : ""}\n` +
      `files ${this.#files}\nbytes ${this.#bytes}\nlisted ${lines.length}\n`;
    const text = `tkn-dev manifest 2\n${head}\n${lines.join("")}`;
    const digest = createHash("sha256").update(pathBytes(text)).digest("hex");
    return { text, receipt: { files: this.#files, bytes: this.#bytes, digest } };
  }
}

/** Returns false for names that the sha256sum of coreutils and of busybox escape differently. */
export function isListed({ path }: { readonly path: string }): boolean {
  return !/[\n\r\\]/.test(path);
}
