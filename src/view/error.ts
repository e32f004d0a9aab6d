/** Error messages. Pure. */
import { ExpectedError } from "../errors.ts";
import { joined, type Printable, printable } from "../printable.ts";
import { plainLines } from "./text/sanitize.ts";
import { styles } from "./text/style.ts";

/** Returns `Error: message` and `Hint: hint`; for a bug, the stack too. Ends with a newline. */
export function renderError(error: unknown, color: boolean): Printable {
  const { red, bold } = styles(color);
  const lines = error instanceof ExpectedError
    ? [...labelled(red("Error:"), error.message), ...labelled(bold("Hint:"), error.hint ?? "")]
    : [
      ...labelled(red("Error:"), messageOf(error)),
      ...traces(error),
      ...labelled(bold("Hint:"), "this is a bug in tkn-dev: please report it with the lines above"),
    ];
  return joined([...lines, printable``], "\n");
}

/** Returns the lines of a text, those after the first indented. Empty for an empty text. */
function labelled(label: Printable, text: string): Printable[] {
  return plainLines(text).map((line, at) =>
    joined(at === 0 ? [label, printable` `, line] : [printable`  `, line])
  );
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return plainLines(message).length === 0 ? "(no message)" : message;
}

/** Returns the stacks of the error and its causes, without the first message. */
function traces(error: unknown): Printable[] {
  const lines: Printable[] = [];
  for (let at = error; at instanceof Error && lines.length < 100; at = at.cause) {
    if (at !== error) lines.push(...labelled(printable`Caused by:`, messageOf(at)));
    lines.push(...plainLines(at.stack ?? "").filter((line) => /^\s+at /.test(line)));
  }
  return lines;
}
