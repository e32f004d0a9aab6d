/** Returns the first line of an error message, in plain words for a missing file. */
export function messageOf(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  const absent = /ENOENT.*?(?:'([^']+)')?$/.exec(line);
  if (absent === null) return line;
  return absent[1] === undefined ? "no such file" : `no such file: ${absent[1]}`;
}
