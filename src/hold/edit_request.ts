/** Parses requests of listen.sh: a closed set of words, bounded in size and number. Pure. */

/**
 * A request is a line, ended by a newline:
 *
 *     edit
 *     ran 0
 *
 * No request carries a path, a program or text to show; any other line is ignored.
 */
export type EditRequest =
  | { readonly kind: "edit" }
  /** The edited script has run; 0 to 255. */
  | { readonly kind: "ran"; readonly exitCode: number };

/** The limit for one shell; a user who edits all day stays far below it. */
export const MOST_REQUESTS = 1_000;

/** Longer than every valid line. */
const MOST_LINE_BYTES = 16;

const NEWLINE = 0x0a;

/** The listener's first line, which is no request. */
const GREETINGS: readonly string[] = ["listening", "no"];

export class EditRequestReader {
  readonly #line: number[] = [];
  #count = 0;
  #ignoredCount = 0;

  /** The number of lines that were malformed, or beyond the limit. */
  get ignoredCount(): number {
    return this.#ignoredCount;
  }

  /** Returns the requests whose lines end in these bytes. Keeps only the start of a line. */
  read(bytes: Uint8Array): EditRequest[] {
    const requests: EditRequest[] = [];
    for (const byte of bytes) {
      if (this.#count >= MOST_REQUESTS) {
        this.#ignoredCount++;
        break;
      }
      if (byte !== NEWLINE) {
        if (this.#line.length <= MOST_LINE_BYTES) this.#line.push(byte);
        continue;
      }
      this.#count++;
      const line = String.fromCharCode(...this.#line);
      this.#line.length = 0;
      if (GREETINGS.includes(line)) continue;
      const request = parseRequest(line);
      if (request === undefined) this.#ignoredCount++;
      else requests.push(request);
    }
    return requests;
  }
}

function parseRequest(line: string): EditRequest | undefined {
  if (line === "edit") return { kind: "edit" };
  const [, code] = /^ran (0|[1-9]\d{0,2})$/.exec(line) ?? [];
  const exitCode = Number(code ?? NaN);
  return exitCode <= 255 ? { kind: "ran", exitCode } : undefined;
}
