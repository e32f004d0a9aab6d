/** The directory to send: checked at once; its walk goes on while the cluster works. */
import { UsageError } from "../errors.ts";
import type { Files, Host } from "../host.ts";
import type { RunEvent } from "../events.ts";
import { checkDirectory } from "../tree/check.ts";
import { Checkout } from "../tree/git/checkout.ts";
import { Digests } from "../tree/digests.ts";
import { type GitFacts, gitFacts } from "../tree/git/git_facts.ts";
import type { Ignore } from "../tree/ignore/ignore.ts";
import { isOfRecord } from "../step/protocol/record.ts";
import { type Entry, type Named, walkInRuns, type WalkOptions } from "../tree/walk.ts";
import { checkSecrets, sourceNotes } from "./source_notes.ts";
import { filesToSend, openIgnore } from "./source_rules.ts";
import type { Secrets, SendFlags } from "./upload_options.ts";

export interface Source {
  readonly root: string;
  readonly files: Files;
  readonly entries: Promise<Entry[]>;
  readonly git: Promise<GitFacts | undefined>;
  /** A word for each that can't be sent, and for each rule that can't be had. */
  readonly skipped: string[];
  /** What git says of what is sent, and of what is not. */
  readonly checkout: Checkout;
  readonly digests: Digests;
  readonly secrets: Secrets;
}

export async function openSource(host: Host, flags: SendFlags): Promise<Source> {
  const { root, files, skipped, checkout, walked } = await openTree(host, flags, walkInRuns);
  const entries = allOf(walked);
  entries.catch(() => {}); // told when it is sent
  const { secrets } = flags;
  if (secrets === "deny") await checkSecrets({ files, root }, await entries);
  const digests = new Digests(files, root);
  const git = gitFacts(host.capture, root);
  return { root, files, entries, git, skipped, checkout, digests, secrets };
}

async function allOf(walked: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const run of walked) for (const entry of run) entries.push(entry);
  return entries;
}

/** What is in the directory and is sent, in runs of entries; `skipped` grows with it. `mostFiles`: see CheckoutOptions. */
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

/** The entries, and a word for each that can't be sent. */
export async function sendable(source: Source, emit: (event: RunEvent) => void): Promise<Entry[]> {
  const entries = await source.entries;
  if (entries.length === 0) {
    throw new UsageError(`Cannot upload "${source.root}": there is nothing in it to send`, {
      hint: "is all of it ignored? --explain PATH says by which rule, --no-ignore sends it",
    });
  }
  for (const note of await sourceNotes(source, entries)) emit({ kind: "note", ...note });
  return entries;
}
