/** Leaves out notes that the user has read. */
import type { RunEvent } from "../../events.ts";

/** Passes all events on but the notes whose text is in `said`, and adds that of each new one. */
export function notesOnce(
  emit: (event: RunEvent) => void,
  said: Set<string>,
): (event: RunEvent) => void {
  return (event) => {
    if (event.kind === "note") {
      if (said.has(event.text)) return;
      said.add(event.text);
    }
    emit(event);
  };
}
