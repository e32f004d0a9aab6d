/** What was changed in a text, as a unified diff. Pure. */
import { structuredPatch, type StructuredPatchHunk } from "npm:diff@9.0.0";
import { joined, type Printable, printable, unescaped } from "../printable.ts";
import { sanitize } from "./text/sanitize.ts";
import { type Style, styles } from "./text/style.ts";

export interface DiffOptions {
  readonly color: boolean;
  /** Whether it goes to a terminal: only then it is sanitized. Else it stays as it is, for patch. */
  readonly terminal: boolean;
}

const CONTEXT_LINES = 3;

/**
 * As `diff -u` and `git diff` write it, `name` standing for both texts; "" where they are the same. Else it ends
 * with a newline.
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

/** A range without lines is called by the line before it. */
function header({ oldStart, oldLines, newStart, newLines }: StructuredPatchHunk): string {
  const range = (start: number, lines: number) =>
    `${lines === 0 ? start - 1 : start}${lines === 1 ? "" : `,${lines}`}`;
  return `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
}

/** A carriage return is part of the text, and may be all that was changed. */
function visible(line: string): string {
  return sanitize(line.replaceAll("\r", "^M"), { color: false });
}
