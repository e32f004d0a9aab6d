/** --list and --explain: which files would be sent, and why, without a cluster. */
import type { Flags } from "../../cli/parse.ts";
import type { Host } from "../../host.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { printNote } from "../output/print_note.ts";
import { explainPaths } from "./explain.ts";
import { listTree } from "./list.ts";
import { listChanges } from "./list_changes.ts";

export interface ListOrExplain {
  /** The paths to explain; empty to list the tree. */
  readonly paths: readonly string[];
  /** The only argument, which was read as the name of a Pipeline, Task or run. */
  readonly soleArgument?: string;
}

/** Pure. Returns undefined without either flag. `name` is that of the Pipeline, Task or run. */
export function listOrExplainFlags(
  flags: Flags,
  name?: string,
  directory?: string,
): ListOrExplain | undefined {
  const paths = flags.texts("explain");
  if (paths.length === 0 && !flags.on("list")) return undefined;
  return { paths, soleArgument: directory === undefined ? name : undefined };
}

/** Returns the exit code. */
export async function listOrExplain(
  host: Host,
  flags: SendFlags,
  { paths, soleArgument: word }: ListOrExplain,
): Promise<number> {
  if (word !== undefined && (await host.files.stat(word))?.kind === "directory") {
    const text = `${word} is read as a name on the cluster; ./${word} is the directory`;
    printNote(host, { text });
  }
  await (paths.length > 0
    ? explainPaths(host, flags, paths)
    : flags.base === undefined
    ? listTree(host, flags)
    : listChanges(host, flags));
  return 0;
}
