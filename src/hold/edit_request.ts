/** Parses requests of listen.sh: a closed set of words, bounded in size and number. Pure. */

import {
  type EditRequest,
  isGreeting,
  MOST_REQUEST_BYTES,
  parseEditRequest,
} from "../step/protocol/listen.ts";

/** The limit for one shell; a user who edits all day stays far below it. */
export const MOST_REQUESTS = 1_000;

const NEWLINE = 0x0a;

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
        if (this.#line.length <= MOST_REQUEST_BYTES) this.#line.push(byte);
        continue;
      }
      this.#count++;
      const line = String.fromCharCode(...this.#line);
      this.#line.length = 0;
      if (isGreeting(line)) continue;
      const request = parseEditRequest(line);
      if (request === undefined) this.#ignoredCount++;
      else requests.push(request);
    }
    return requests;
  }
}
