/** Something worth knowing, to the person at the terminal. */
import type { Host } from "../host.ts";
import { joined, printable } from "../printable.ts";
import { renderNote } from "../view/run_view.ts";
import type { Note } from "../view/source_notes.ts";

export function tellNote({ terminal }: Host, note: Note): void {
  terminal.err(joined([renderNote(note), printable`\n`]));
}
