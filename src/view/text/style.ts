/** Terminal colors. Pure. https://man7.org/linux/man-pages/man4/console_codes.4.html */
import { escape, type Printable, printable, unescaped } from "../../printable.ts";

const ESC = "\x1b[";

/** Ends every color. */
export const RESET = `${ESC}0m`;

/** Moves to the start of the line and clears it. */
export const ERASE_LINE = unescaped(`\r${ESC}K`);

/** Moves to the start of that many rows above, and clears all that follows. */
export function eraseRows(above: number): Printable {
  return above === 0 ? ERASE_LINE : unescaped(`${ESC}${above}A\r${ESC}J`);
}

/** Escapes and styles a text. */
export type Style = (text: string) => Printable;

export interface Styles {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly green: Style;
  readonly yellow: Style;
}

/** Returns the styles; without `color` they only escape. */
export function styles(color: boolean): Styles {
  const style = (code: number): Style => (text) =>
    color ? sgr(text, `${code}`) : printable`${text}`;
  return { bold: style(1), dim: style(2), red: style(31), green: style(32), yellow: style(33) };
}

/** Returns `text`, escaped, with the SGR `codes`: "1;92" is bold bright green. */
export function sgr(text: string, codes: string): Printable {
  return unescaped(text === "" ? "" : `${ESC}${codes}m${escape(text)}${RESET}`);
}
