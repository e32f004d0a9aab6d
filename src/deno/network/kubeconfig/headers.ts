/** Headers that requests to the API server carry. Pure. */

/** A name and a value. A name can have several values, each in its own header. */
export type Header = readonly [name: string, value: string];

/**
 * Returns the header as fetch takes it: a character for each byte of UTF-8. Returns undefined if no
 * header can carry the value.
 */
export function encodedHeader([name, value]: Header): [string, string] | undefined {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) return undefined;
  return [
    name,
    Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join(""),
  ];
}
