/**
 * The numbers of YAML as Kubernetes reads them: those of Go, in which `_` may stand anywhere, 010
 * and 0o10 are octal, and 1:30 is text. Pure.
 * https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/goyaml.v2/resolve.go
 */

const INTEGER = /^[-+]?(?:0x([\da-f]+)|0b([01]+)|0o?([0-7]+)|(0|[1-9]\d*))$/i;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;

/** Begins as a number does. */
export const LIKE_NUMBER = /^[-+.\d][-+.\w]*$/;

/** Go's integers end here. A larger one in decimal becomes a float, another stays text. */
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 64n - 1n];

/** Returns undefined for a text. */
export function readNumber(text: string): number | undefined {
  if (!LIKE_NUMBER.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const [, hex, binary, octal] = INTEGER.exec(plain) ?? [];
  for (const [digits, prefix] of [[hex, "0x"], [binary, "0b"], [octal, "0o"]]) {
    if (digits === undefined) continue;
    const value = BigInt(`${prefix}${digits}`) * (plain.startsWith("-") ? -1n : 1n);
    if (value >= LEAST && value <= MOST) return Number(value);
  }
  const value = FLOAT.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The points in time of YAML 1.1, which PyYAML reads as such. */
const TIME = /^\d{4}-\d\d?-\d\d?(?:$|[Tt]\d|[ \t]+\d)/;

/** Whether kubectl or PyYAML would read the bare text as another value than the `yaml` library. */
export function isMisread(text: string): boolean {
  return readNumber(text) !== undefined || TIME.test(text) || text === "=";
}
