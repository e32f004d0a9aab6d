/** The answer to programsCommand: the programs that an image has. Pure. */

/** Returns those of the names that the answer has. Other lines of the container mean nothing. */
export function readPrograms(printed: string, names: readonly string[]): string[] {
  const lines = new Set(printed.split("\n"));
  return names.filter((name) => lines.has(name));
}
