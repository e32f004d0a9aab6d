/** --list and --explain: what would be sent and why, with no cluster. */
import type { Flags } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { escape } from "../printable.ts";
import { checkDirectory } from "../tree/check.ts";
import { Checkout } from "../tree/git/checkout.ts";
import { explain } from "../tree/explain.ts";
import { FewSizes } from "../tree/few_sizes.ts";
import { isOfRecord } from "../step/protocol/record.ts";
import { type Named, walkNames } from "../tree/walk.ts";
import { quotePath } from "../view/quote_path.ts";
import { printData } from "./print_data.ts";
import { openTree } from "./source.ts";
import { checkSecrets, isNotable, listNotes } from "./source_notes.ts";
import { filesToSend, openIgnore } from "./source_rules.ts";
import { tellNote } from "./tell_note.ts";
import type { SendFlags } from "./upload_options.ts";

/** Paths to explain; none: all that is sent is listed. */
export interface Look {
  readonly paths: readonly string[];
  /** The only argument, which is not the directory. */
  readonly alone?: string;
}

/** Pure; undefined where neither is asked for. `name` is that of the Pipeline, Task or run. */
export function lookFlags(flags: Flags, name?: string, directory?: string): Look | undefined {
  const paths = flags.texts("explain");
  if (paths.length === 0 && !flags.on("list")) return undefined;
  return { paths, alone: directory === undefined ? name : undefined };
}

export async function look(host: Host, flags: SendFlags, { paths, alone }: Look): Promise<number> {
  if (alone !== undefined && (await host.files.stat(alone))?.kind === "directory") {
    const text = `${alone} is read as a name on the cluster; ./${alone} is the directory`;
    tellNote(host, { text });
  }
  await (paths.length > 0 ? explainPaths(host, flags, paths) : list(host, flags));
  return 0;
}

async function explainPaths(host: Host, flags: SendFlags, paths: readonly string[]) {
  const root = await checkDirectory(host.files, flags.directory);
  const onNote = (text: string) => tellNote(host, { text });
  const checkout = new Checkout(host.capture, root, flags);
  const files = await filesToSend(host, root, { flags, checkout });
  const ignore = await openIgnore(host, root, { files, flags, checkout, onNote });
  const rules = await ignore();
  for (const path of paths) {
    const { path: relative, why: byRules } = await explain(files, root, { path, rules });
    const why = isOfRecord(relative) ? "dropped: an upload into this directory left it" : byRules;
    printData(host, `${quotePath(relative)}: ${escape(why)}\n`);
  }
}

/** The sizes of more files than that are not worth the wait, nor are their line ends. */
const MOST_SIZED = 100_000;

/** A directory has a line only where nothing in it is sent: that is known from the entry after it. */
async function list(host: Host, flags: SendFlags): Promise<void> {
  const { root, files, skipped, checkout, walked } = await openTree(
    host,
    flags,
    walkNames,
    MOST_SIZED,
  );
  const notable: Named[] = [];
  const sizes = new FewSizes(MOST_SIZED);
  const there = new Set<string>();
  let open: string | undefined;
  const lines = new Lines(host);
  for await (const run of walked) {
    sizes.add(run);
    for (const entry of run) {
      if (open !== undefined && !entry.path.startsWith(open)) lines.add(open);
      open = entry.kind === "directory" ? `${entry.path}/` : undefined;
      if (open === undefined) lines.add(entry.path);
      if (isNotable(entry)) notable.push(entry);
      if (checkout.notCheckedOut.has(entry.path)) there.add(entry.path);
    }
  }
  if (open !== undefined) lines.add(open);
  lines.end();
  const sized = await sizes.measure(files, root, host.interrupt);
  // Of those that are not checked out it is known which are there; that others are sent is taken for granted.
  const isSent = (path: string) => there.has(path) || !checkout.notCheckedOut.has(path);
  const source = { files, root, skipped, checkout, secrets: flags.secrets };
  for (const note of await listNotes(source, notable, { files: sizes.files, sized, isSent })) {
    tellNote(host, note);
  }
  if (flags.secrets === "deny") await checkSecrets(source, notable);
}

/** A write for each line would cost more than the walk. */
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
