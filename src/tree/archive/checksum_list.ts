/** The list of what was sent that travels as the archive's last member, for the receiver to check. */
import { createHash } from "node:crypto";
import { pathBytes } from "../../path_bytes.ts";

/** What was sent of a whole tree, or lies there already. */
export interface Receipt {
  /** Regular files, the manifest not counted. */
  readonly files: number;
  /** The sum of their sizes. */
  readonly bytes: number;
  /** A sha256 in hex: of the manifest's text for one archive, of the list of all files for a tree. */
  readonly digest: string;
}

/** A file as its member in the archive has it. */
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

type Checked = Pick<SentFile, "path" | "sizeBytes" | "digest">;

/** What the receiver does once all is checked: waits for the next part, or as its command line says. */
export type Turn = "part" | "end";

/**
 * Collects what the receiver is to check. Its text:
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
 * For a receiver that has no sha256sum each line has the file's size instead of its digest.
 *
 * `then end anew`: the record that comes with it is not one to be added to another.
 *
 * From after the blank line on it is what `sha256sum -c` reads, of coreutils and of busybox. A name that they escape
 * differently counts but is not listed. What the receiver was told to follow is first in it.
 */
export class ChecksumList {
  #files = 0;
  #bytes = 0;
  readonly #listed: Checked[] = [];
  readonly #followed = new Set<string>();

  /** What the receiver hashes as it comes: listed first. */
  follow(paths: Iterable<string>): void {
    for (const path of paths) this.#followed.add(path);
  }

  add(file: Checked): void {
    this.#files++;
    this.#bytes += file.sizeBytes;
    this.addUncounted(file);
  }

  /** To be checked, but no file of the tree. */
  addUncounted(file: Checked): void {
    if (isListed(file)) this.#listed.push(file);
  }

  /** Its text, and what the receiver's answer is to be. */
  close(
    { turn, anew = false, by = "digest" }: { turn: Turn; anew?: boolean; by?: "digest" | "size" },
  ): { text: string; receipt: Receipt } {
    const isFollowed = ({ path }: Checked) => this.#followed.has(path);
    const first = this.#listed.filter(isFollowed);
    const rest = this.#listed.filter((file) => !isFollowed(file));
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

/** A newline, a backslash and a carriage return are escaped by coreutils and by busybox, each in its way. */
export function isListed({ path }: { readonly path: string }): boolean {
  return !/[\n\r\\]/.test(path);
}
