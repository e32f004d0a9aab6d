/** The width of text on a terminal. Pure. */
import stringWidth from "npm:string-width@8.1.0";

/** Returns the columns that an escaped text takes: two for most characters of East Asia. */
export function widthOf(text: string): number {
  return stringWidth(text, { countAnsiEscapeCodes: true });
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Returns the characters as readers count them. */
export function charactersOf(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

/** Returns the text, or as much of it as fits with an ellipsis. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return "";
  return `${firstOf(charactersOf(text), columns - 1).join("")}…`;
}

/** Returns as many of the first characters as fit. */
export function firstOf(characters: readonly string[], columns: number): string[] {
  let width = 0;
  const end = characters.findIndex((character) => (width += widthOf(character)) > columns);
  return characters.slice(0, end < 0 ? characters.length : end);
}

/** Returns as many of the last characters as fit. */
export function lastOf(characters: readonly string[], columns: number): string[] {
  return firstOf(characters.toReversed(), columns).toReversed();
}

/** Breaks one line at its blanks. A word that is wider than the columns has its own line. */
export function brokenAtBlanks(text: string, columns: number): string[] {
  return joinedWords(text.split(" ").filter((word) => word !== ""), columns);
}

/** Joins words to lines of at most that width, as far as the words themselves fit. */
export function joinedWords(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = lines.length === 0 ? undefined : `${lines.at(-1)} ${word}`;
    if (longer !== undefined && widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Breaks one line at its blanks into at most `most` lines; a longer text ends with an ellipsis. */
export function wrapped(text: string, columns: number, most: number): string[] {
  const lines = brokenAtBlanks(text, columns);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] = `${kept[most - 1]} …`;
  return kept.map((line) => fitted(line, columns));
}
