/** Prepares the tree that an upload sends, or the changes since the commit of a clone. */
import type { RunEvent } from "../../events.ts";
import type { UploadOptions } from "../../run/send_at_pauses.ts";
import type { RunFlags } from "../options/run_flags.ts";
import type { SendFlags } from "../options/send_flags.ts";
import type { Base } from "../source/base.ts";
import { changesToSend, entriesToSend, type Source } from "../source/source.ts";
import { checkSecrets } from "../source/source_notes.ts";
import type { UploadPlan } from "./plan_upload.ts";
import { givenFiles, type ReplacedWork, resultFiles } from "./result_files.ts";

/** A base whose clone does its own work. */
export interface ClonedBase extends Base {
  /** The Task's results that say what was checked out. */
  readonly commitResults: readonly string[];
}

/** Returns the base with what the plan says of the clone. */
export function clonedBase(
  base: Base | undefined,
  { ownClone }: Pick<UploadPlan, "ownClone">,
): ClonedBase | undefined {
  return base && { ...base, commitResults: ownClone?.commitResults ?? [] };
}

interface Sending {
  readonly source: Source;
  readonly replacedWork?: ReplacedWork;
  readonly emit: (event: RunEvent) => void;
}

type Sent = Pick<UploadOptions, "entries" | "results">;

/** Throws UsageError for results that no replaced step has. */
export async function wholeTree(
  flags: RunFlags & SendFlags,
  { source, replacedWork, emit }: Sending,
): Promise<Sent> {
  const results = await resultFiles(flags, source.git, replacedWork, emit);
  return { results, entries: entriesToSend(source, emit) };
}

/** The clone writes its own results, except those of --result. Throws UsageError for others. */
export function changesOnClone(
  flags: RunFlags & SendFlags,
  sending: Sending,
  { changes, isAuto, commit, name, commitResults }: ClonedBase,
): {
  options: Sent & Pick<UploadOptions, "onTop" | "clone" | "prepack">;
  /** Returns the commit, unless everything was sent. */
  base: () => string | undefined;
} {
  const { source, replacedWork, emit } = sending;
  if (changes.entries.length === 0 && changes.removed.length === 0) {
    emit({ kind: "note", text: `Nothing has changed since ${name}` });
  }
  let base: string | undefined = commit;
  const everything = async () => {
    base = undefined;
    if (source.secrets === "deny") await checkSecrets(source, await source.entries);
    const { entries, results } = await wholeTree(flags, sending);
    return { entries: await entries, results };
  };
  const options = {
    results: givenFiles(flags, replacedWork),
    entries: changesToSend(source, changes, emit),
    onTop: { removed: flags.deletes === "never" ? [] : changes.removed },
    prepack: () => Promise.resolve(undefined),
    clone: { commit, name, commitResults, everything: isAuto ? everything : undefined },
  };
  return { options, base: () => base };
}
