/** --list: the paths that would be sent. */
import type { Host } from "../../host.ts";
import { FileSizes } from "../../tree/file_sizes.ts";
import { type Named, walkNames } from "../../tree/walk.ts";
import { quotePath } from "../../view/text/quote_path.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { printData } from "../output/print_data.ts";
import { printNote } from "../output/print_note.ts";
import { openTree } from "./source.ts";
import { checkSecrets, isNotable, listNotes } from "./source_notes.ts";

/** For more files than this, reading their sizes and line ends would take too long. */
const MOST_SIZED = 100_000;

/**
 * Prints a line for each file, then notes about the tree. A directory has a line only where nothing
 * in it is sent, which the entry after the directory shows.
 */
export async function listTree(host: Host, flags: SendFlags): Promise<void> {
  const { root, files, skipped, checkout, walked } = await openTree(
    host,
    flags,
    walkNames,
    MOST_SIZED,
  );
  const notable: Named[] = [];
  const sizes = new FileSizes(MOST_SIZED);
  /** Listed paths that git's sparse checkout leaves out. */
  const listedSparse = new Set<string>();
  let open: string | undefined;
  const lines = new Lines(host);
  for await (const run of walked) {
    sizes.add(run);
    for (const entry of run) {
      if (open !== undefined && !entry.path.startsWith(open)) lines.add(open);
      open = entry.kind === "directory" ? `${entry.path}/` : undefined;
      if (open === undefined) lines.add(entry.path);
      if (isNotable(entry)) notable.push(entry);
      if (checkout.notCheckedOut.has(entry.path)) listedSparse.add(entry.path);
    }
  }
  if (open !== undefined) lines.add(open);
  lines.end();
  const sized = await sizes.measure(files, root, host.interrupt);
  // A set of all listed paths would take too long; paths that are checked out count as sent.
  const isSent = (path: string) => listedSparse.has(path) || !checkout.notCheckedOut.has(path);
  const source = { files, root, skipped, checkout, secrets: flags.secrets };
  for (const note of await listNotes(source, notable, { files: sizes.files, sized, isSent })) {
    printNote(host, note);
  }
  if (flags.secrets === "deny") await checkSecrets(source, notable);
}

/** Collects lines: writing each line by itself would take longer than the walk. */
class Lines {
  #text = "";

  constructor(private readonly host: Host) {}

  add(path: string): void {
    this.#text += `${quotePath(path)}\n`;
    if (this.#text.length > 8192) this.end();
  }

  end(): void {
    if (this.#text !== "") printData(this.host, this.#text);
    this.#text = "";
  }
}
