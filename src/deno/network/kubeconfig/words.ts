const STATES: readonly [RegExp, string][] = [
  [/ENOENT/, "no such file"],
  [/EACCES|EPERM|Permission denied/, "permission denied"],
  [/EISDIR/, "is a directory"],
  [/EROFS/, "read-only file system"],
];

/** Returns the first line of an error message, in plain words for the system's own errors. */
export function messageOf(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  const known = STATES.find(([pattern]) => pattern.test(line));
  if (known === undefined) return line;
  const path = /'([^']+)'$/.exec(line)?.[1] ?? (error as { path?: unknown }).path;
  return typeof path === "string" ? `${known[1]}: ${path}` : known[1];
}
