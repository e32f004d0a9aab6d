/** The first line of an error of the library, or of its own ones, made plain. */
export function messageOf(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  const absent = /ENOENT.*?(?:'([^']+)')?$/.exec(line);
  if (absent === null) return line;
  return absent[1] === undefined ? "no such file" : `no such file: ${absent[1]}`;
}
