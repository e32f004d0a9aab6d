/** The text that release.sh prints on stderr. Pure. */

/**
 * Rewords the note for a user who does not sit at a remote shell: it names the flag of
 * `continue` in place of the command in the container.
 */
export function wordReleaseNote(note: string): string {
  return note.replace("debug-continue 0", "--exit-code 0");
}

/** More results than a Task has: the text comes from the container. */
const MOST_RESULTS = 100;

/**
 * Returns the names of `results not written: commit url`, at most 100; none if it has no such line.
 */
export function readUnwritten(said: string): string[] {
  const [, names = ""] = /^results not written:((?: (?:step:)?[\w.-]{1,300})+)$/m.exec(said) ?? [];
  return names.split(" ").filter((name) => name !== "").slice(0, MOST_RESULTS);
}

/** Reads `result not declared: NAME` and the next line, `the Task declares: commit url`. */
export function readUndeclared(said: string): { name: string; declared: string[] } {
  const [, name = "?"] = /^result not declared: (.{1,300})$/m.exec(said) ?? [];
  const [, names = ""] = /^the Task declares:((?: (?:step:)?[\w.-]{1,300})+)$/m.exec(said) ?? [];
  return { name, declared: names.split(" ").filter((one) => one !== "").slice(0, MOST_RESULTS) };
}
