/** Reads DER (X.690), the encoding of certificates. Pure. */

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

/** Returns the elements that follow each other. Throws an error for other bytes. */
export function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes.subarray(at));
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

function elementAt(bytes: Uint8Array): Element {
  const [tag, first] = bytes;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  let length = first;
  if (lengthBytes > 0) {
    length = bytes.subarray(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const start = 2 + lengthBytes, end = start + length;
  const isWhole = bytes.length >= 2 && first !== 0x80 && lengthBytes <= 4 && end <= bytes.length;
  if (!isWhole) throw new Error("not DER");
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) };
}
