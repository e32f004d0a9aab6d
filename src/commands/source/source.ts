/** The directory to send. It is checked at once, and walked while the cluster works. */
import { UsageError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import type { Files, Host } from "../../host.ts";
import { isOfRecord } from "../../step/protocol/record.ts";
import { settledFiles } from "../../tree/changed_paths.ts";
import { checkDirectory } from "../../tree/check_directory.ts";
import { Digests } from "../../tree/digests.ts";
import { Checkout } from "../../tree/git/checkout.ts";
import { type GitFacts, gitFacts } from "../../tree/git/git_facts.ts";
import type { Ignore } from "../../tree/ignore/ignore.ts";
import { type Entry, type Named, walkInRuns, type WalkOptions } from "../../tree/walk.ts";
import type { BaseChanges } from "../../tree/git/base_changes.ts";
import { firstPaths } from "../../view/source_notes.ts";
import type { Secrets, SendFlags } from "../options/send_flags.ts";
import { checkSecrets, sourceNotes } from "./source_notes.ts";
import { filesToSend, openIgnore } from "./source_rules.ts";
import type { SourceTree } from "../../transfer/options.ts";

export interface Source {
  readonly root: string;
  readonly files: Files;
  /** When the walk began, in seconds since the epoch. */
  readonly openedSeconds: number;
  readonly entries: Promise<Entry[]>;
  readonly git: Promise<GitFacts | undefined>;
  /** Notes about entries that cannot be sent, and rules that cannot be read. */
  readonly skipped: string[];
  readonly checkout: Checkout;
  readonly digests: Digests;
  readonly secrets: Secrets;
}

/**
 * Throws UsageError for a directory or rules that cannot be read, and for denied secrets; for those
 * in the changes since a base, see openBase. Files that are as an earlier walk of the directory
 * found them are not read again.
 */
export async function openSource(
  host: Host,
  flags: SendFlags,
  earlier?: Source,
): Promise<Source> {
  const openedSeconds = host.clock.now() / 1000;
  const { root, files, skipped, checkout, walked } = await openTree(host, flags, walkInRuns);
  const entries = allOf(walked);
  entries.catch(() => {}); // the upload awaits it and throws
  const { secrets } = flags;
  if (secrets === "deny" && flags.base === undefined) {
    await checkSecrets({ files, root }, await entries);
  }
  const digests = new Digests(files, root);
  // With line ends of git, a file changes with its attributes, too.
  if (earlier !== undefined && flags.eol === "asis") {
    const found = await entries.catch(() => []);
    const settled = settledFiles(await earlier.entries, found, earlier.openedSeconds);
    digests.takeOver(earlier.digests, settled);
  }
  const git = gitFacts(host.capture, root);
  return { root, files, openedSeconds, entries, git, skipped, checkout, digests, secrets };
}

async function allOf(walked: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const run of walked) for (const entry of run) entries.push(entry);
  return entries;
}

/**
 * Walks the entries to send, in runs of entries. `skipped` grows with the walk. `mostFiles`: see
 * CheckoutOptions.
 */
export async function openTree<T extends Named>(
  host: Host,
  flags: SendFlags,
  walk: (
    files: Files,
    root: string,
    ignore: Ignore,
    options: WalkOptions,
  ) => AsyncGenerator<readonly T[], void, undefined>,
  mostFiles?: number,
) {
  const root = await checkDirectory(host.files, flags.directory);
  const checkout = new Checkout(host.capture, root, { eol: flags.eol, mostFiles });
  const files = await filesToSend(host, root, { flags, checkout });
  const skipped: string[] = [];
  const onNote = (text: string) => {
    if (!skipped.includes(text)) skipped.push(text);
  };
  const ignore = await openIgnore(host, root, { files, flags, checkout, onNote });
  const options = {
    signal: host.interrupt,
    onSkip: (path: string, why: string) => skipped.push(`${path} is left out: ${why}`),
  };
  async function* walked(): AsyncGenerator<readonly T[], void, undefined> {
    for await (const run of walk(files, root, await ignore(), options)) {
      yield run.some(({ path }) => isOfRecord(path))
        ? run.filter(({ path }) => !isOfRecord(path))
        : run;
    }
  }
  return { root, files, skipped, checkout, walked: walked() };
}

/** Returns the source as a transfer takes it, without its entries. */
export function treeToSend(
  { files, root, digests, checkout }: Source,
): Pick<SourceTree, "files" | "root" | "digests" | "spares"> {
  return { files, root, digests, spares: checkout.notCheckedOut };
}

/** Returns the entries, after notes about them. Throws UsageError for an empty directory. */
export async function entriesToSend(
  source: Source,
  emit: (event: RunEvent) => void,
): Promise<Entry[]> {
  const entries = await sentEntries(source);
  await emitNotes(source, entries, emit);
  return entries;
}

/** Returns the entries. Throws UsageError for an empty directory. */
export async function sentEntries(source: Source): Promise<Entry[]> {
  const entries = await source.entries;
  if (entries.length === 0) {
    throw new UsageError(`Cannot upload "${source.root}": there is nothing in it to send`, {
      hint: "is all of it ignored? --explain PATH says by which rule, --no-ignore sends it",
    });
  }
  return entries;
}

/** Returns the entries that differ from a commit, after notes about them and about the others. */
export async function changesToSend(
  source: Source,
  { entries, removed, leftOut }: BaseChanges,
  emit: (event: RunEvent) => void,
): Promise<Entry[]> {
  await emitNotes(source, entries, emit, { isPart: true });
  if (leftOut.length > 0) {
    const text = `Changes are not sent, by the rules for ignored files: ${firstPaths(leftOut)}`;
    emit({ kind: "note", text });
  }
  for (const path of removed.filter((path) => path.includes("\n"))) {
    emit({ kind: "note", text: `${path} is not removed: its name has a line break` });
  }
  return entries;
}

/** Emits the notes about the entries, which may be a part of the tree. */
export async function emitNotes(
  source: Source,
  entries: readonly Entry[],
  emit: (event: RunEvent) => void,
  { isPart = false } = {},
): Promise<void> {
  for (const note of await sourceNotes(source, entries, { isPart })) {
    emit({ kind: "note", ...note });
  }
}
