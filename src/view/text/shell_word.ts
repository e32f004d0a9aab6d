/** Quotes words of command lines that users copy. Pure. */

/** Returns the word as a POSIX shell reads it: as it is, or in single quotes. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
