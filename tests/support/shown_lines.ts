/**
 * The lines that a terminal without a right border and without colors shows at the end of an
 * output.
 */
const PARTS =
  // deno-lint-ignore no-control-regex
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^]|[^]/gu;

/** Returns the lines from the first on. Handles cursor moves only to the left, within a line. */
export function shownLines(output: string): string[] {
  const lines: string[][] = [[]];
  let column = 0;
  for (const [part] of output.matchAll(PARTS)) {
    const line = lines.at(-1)!;
    switch (part) {
      case "\n":
        lines.push([]);
        column = 0;
        break;
      case "\r":
        column = 0;
        break;
      case "\b":
        column = Math.max(0, column - 1);
        break;
      case "\x1b[K":
      case "\x1b[J":
        line.length = Math.min(line.length, column);
        break;
      default:
        if (part < " " || part.startsWith("\x1b")) break;
        line[column++] = part;
    }
  }
  return lines.map((line) => line.join("").trimEnd());
}
