/** The list of what was sent that travels as the archive's last member, for the receiver to check. */
import { createHash } from "node:crypto";

/** What was sent, to be compared with what arrived. */
export interface Receipt {
  /** Regular files, the manifest not counted. */
  readonly files: number;
  /** The sum of their sizes. */
  readonly bytes: number;
  /** The sha256 of the manifest's text, in hex. */
  readonly digest: string;
}

/**
 * Collects the files sent. Its text:
 *
 *     tkn-dev manifest 1
 *     files 2
 *     bytes 11
 *     listed 2
 *
 *     2cf24dba…  ./run.sh
 *     486ea462…  ./src/main.go
 *
 * From after the blank line on it is what `sha256sum -c` reads, of coreutils and of busybox. A name with
 * a newline, a backslash or a carriage return counts but is not listed, for the two escape it differently.
 */
export class Manifest {
  #files = 0;
  #bytes = 0;
  readonly #lines: string[] = [];

  /** @param digest the sha256 of the file's bytes as sent, in hex */
  add(path: string, sizeBytes: number, digest: string): void {
    this.#files++;
    this.#bytes += sizeBytes;
    if (!/[\n\r\\]/.test(path)) this.#lines.push(`${digest}  ./${path}\n`);
  }

  get sent(): { files: number; bytes: number } {
    return { files: this.#files, bytes: this.#bytes };
  }

  text(): string {
    const head = `files ${this.#files}\nbytes ${this.#bytes}\nlisted ${this.#lines.length}\n`;
    return `tkn-dev manifest 1\n${head}\n${this.#lines.join("")}`;
  }

  receipt(): Receipt {
    return { ...this.sent, digest: createHash("sha256").update(this.text()).digest("hex") };
  }
}
