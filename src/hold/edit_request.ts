/** What the listener beside a shell may ask of tkn-dev: a closed set of words, bounded in size and count. Pure. */

import {
  type EditRequest,
  isGreeting,
  MOST_REQUEST_BYTES,
  parseEditRequest,
} from "../step/protocol/listen.ts";

/** Of one shell. A person who edits all day stays far below it. */
export const MOST_REQUESTS = 1_000;

const NEWLINE = 0x0a;

export class EditRequestReader {
  readonly #line: number[] = [];
  #count = 0;
  #ignoredCount = 0;

  /** How many lines were no request, or one too many. */
  get ignoredCount(): number {
    return this.#ignoredCount;
  }

  /** The requests whose lines end in these bytes. Keeps no more than the start of a line. */
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
