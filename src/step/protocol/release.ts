/** The note that release.sh prints. Pure. */

/**
 * Rewords the note for a user who does not sit at a remote shell: it names the flag of
 * `continue` in place of the command in the container.
 */
export function wordReleaseNote(note: string): string {
  return note.replace("debug-continue 0", "--exit-code 0");
}
