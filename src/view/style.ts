/** Colours: text -> text. Pure. https://man7.org/linux/man-pages/man4/console_codes.4.html */

const ESC = "\x1b[";

/** Ends every colour. */
export const RESET = `${ESC}0m`;

export type Style = (text: string) => string;

export interface Styles {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly green: Style;
  readonly yellow: Style;
}

/** With `color` false each leaves its text as it is. */
export function styles(color: boolean): Styles {
  const style = (code: number): Style => (text) => color ? sgr(text, `${code}`) : text;
  return { bold: style(1), dim: style(2), red: style(31), green: style(32), yellow: style(33) };
}

/** `text` in the colours of `codes`: "1;92" is bold bright green. */
export function sgr(text: string, codes: string): string {
  return text === "" ? "" : `${ESC}${codes}m${text}${RESET}`;
}
