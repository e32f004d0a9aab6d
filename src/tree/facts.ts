/** What is known of paths, a line each: "81a4 12 1700000000 ./src/a b.go". Pure. */

export interface Facts {
  /** Three words. */
  readonly facts: readonly string[];
  /** Without its "./"; undefined where the line is of another kind. */
  readonly path?: string;
}

const NONE: Facts = { facts: [] };

/** By hand: of ten thousand lines that come once the first tenth would be over before an expression is compiled. */
export function parseFacts(line: string): Facts {
  const first = line.indexOf(" ");
  const second = line.indexOf(" ", first + 1);
  const third = line.indexOf(" ", second + 1);
  if (first <= 0 || second < 0 || third < 0 || !line.startsWith("./", third + 1)) return NONE;
  const facts = [
    line.slice(0, first),
    line.slice(first + 1, second),
    line.slice(second + 1, third),
  ];
  return { facts, path: line.slice(third + 3) };
}

/** Of a text that ends with a line's end. */
export function wholeLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
