/** The changes of a text as a unified diff. Pure. */
import { structuredPatch, type StructuredPatchHunk } from "npm:diff@9.0.0";
import { joined, type Printable, printable, unescaped } from "../printable.ts";
import { sanitize } from "./text/sanitize.ts";
import { type Style, styles } from "./text/style.ts";

export interface DiffOptions {
  readonly color: boolean;
  /**
   * Whether the diff goes to a terminal. Only then is it sanitized; otherwise `patch` can apply it.
   */
  readonly terminal: boolean;
}

const CONTEXT_LINES = 3;

/**
 * Returns a diff like those of `diff -u` and `git diff`, with `name` for both texts. It ends with a
 * newline; it is "" if the texts are equal.
 *
 *     --- Task/build spec.steps[1].script
 *     +++ Task/build spec.steps[1].script
 *     @@ -1,2 +1,2 @@
 *      cd src
 *     -make
 *     \ No newline at end of file
 *     +make all
 */
export function renderDiff(
  name: string,
  from: string,
  to: string,
  { color, terminal }: DiffOptions,
): Printable {
  const patch = structuredPatch(name, name, from, to, "", "", { context: CONTEXT_LINES });
  if (patch.hunks.length === 0) return printable``;
  const { bold, dim, green, red } = styles(color);
  const plain: Style = (text) => printable`${text}`;
  const shown = (line: string, paint = plain) =>
    joined([terminal ? paint(visible(line)) : unescaped(line), printable`\n`]);
  const paints: Record<string, Style | undefined> = { "+": green, "-": red, "\\": dim };
  return joined([
    shown(`--- ${name}`, bold),
    shown(`+++ ${name}`, bold),
    ...patch.hunks.flatMap((hunk) => [
      shown(header(hunk), dim),
      ...hunk.lines.map((line) => shown(line, paints[line[0]])),
    ]),
  ]);
}

/** Returns the hunk header. An empty range has the number of the line before it. */
function header({ oldStart, oldLines, newStart, newLines }: StructuredPatchHunk): string {
  const range = (start: number, lines: number) =>
    `${lines === 0 ? start - 1 : start}${lines === 1 ? "" : `,${lines}`}`;
  return `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
}

/** Shows a carriage return as ^M, because it may be the only change. */
function visible(line: string): string {
  return sanitize(line.replaceAll("\r", "^M"), { color: false });
}
