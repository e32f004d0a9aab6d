/** Notes, to stderr. */
import type { Host } from "../../host.ts";
import { joined, printable } from "../../printable.ts";
import { renderNote } from "../../view/run_view.ts";
import type { Note } from "../../view/source_notes.ts";

export function printNote({ terminal }: Host, note: Note): void {
  terminal.err(joined([renderNote(note), printable`\n`]));
}
