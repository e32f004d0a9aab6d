/** --list with --base: the paths that would be sent, and those that would be removed. */
import type { Host } from "../../host.ts";
import type { RunEvent } from "../../events.ts";
import type { Entry } from "../../tree/walk.ts";
import { firstPaths } from "../../view/source_notes.ts";
import { quotePath } from "../../view/text/quote_path.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { printData } from "../output/print_data.ts";
import { printNote } from "../output/print_note.ts";
import { openBase } from "./base.ts";
import { listTree } from "./list.ts";
import { changesToSend, openSource } from "./source.ts";

/** Prints a line for each file as listTree does. Throws as openBase. */
export async function listChanges(host: Host, flags: SendFlags): Promise<void> {
  const source = await openSource(host, flags);
  const emit = (event: RunEvent) => {
    if (event.kind === "note") printNote(host, event);
  };
  const base = await openBase(host, flags.base, { source, emit });
  if (base === undefined) return await listTree(host, flags);
  const { removed, entries } = base.changes;
  printData(host, listed(entries).map((path) => `${quotePath(path)}\n`).join(""));
  if (removed.length > 0) {
    emit({ kind: "note", text: `Removed since ${base.name}: ${firstPaths(removed)}` });
  }
  await changesToSend(source, base.changes, emit);
}

/** Returns the paths of files, and of directories that nothing is sent in. */
function listed(entries: readonly Entry[]): string[] {
  const paths = entries.map(({ path, kind }) => kind === "directory" ? `${path}/` : path).sort();
  return paths.filter((path, at) => !path.endsWith("/") || !paths[at + 1]?.startsWith(path));
}
