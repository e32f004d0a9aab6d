/** --explain: which rule keeps or drops a path. */
import type { Host } from "../../host.ts";
import { escape } from "../../printable.ts";
import { isOfRecord } from "../../step/protocol/record.ts";
import { checkDirectory } from "../../tree/check_directory.ts";
import { explain } from "../../tree/ignore/explain.ts";
import { Checkout } from "../../tree/git/checkout.ts";
import { quotePath } from "../../view/text/quote_path.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { printData } from "../output/print_data.ts";
import { printNote } from "../output/print_note.ts";
import { filesToSend, openIgnore } from "./source_rules.ts";

/** Prints a line for each path. */
export async function explainPaths(
  host: Host,
  flags: SendFlags,
  paths: readonly string[],
): Promise<void> {
  const root = await checkDirectory(host.files, flags.directory);
  const onNote = (text: string) => printNote(host, { text });
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
