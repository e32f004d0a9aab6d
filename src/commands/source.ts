/** The directory to send: checked at once; its walk goes on while the cluster works. */
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { RunEvent } from "../run/events.ts";
import { checkDirectory } from "../tree/check.ts";
import { Digests } from "../tree/digests.ts";
import { type GitFacts, gitFacts } from "../tree/git.ts";
import { gitAsker } from "../tree/git_rules.ts";
import { loadIgnore } from "../tree/ignore.ts";
import { cannotRead } from "../tree/unreadable.ts";
import { type Entry, walk } from "../tree/walk.ts";
import type { SendFlags } from "./upload_options.ts";

export interface Source {
  readonly root: string;
  readonly entries: Promise<Entry[]>;
  readonly git: Promise<GitFacts | undefined>;
  readonly skipped: string[];
  readonly digests: Digests;
}

export async function openSource(host: Host, flags: SendFlags): Promise<Source> {
  const root = await checkDirectory(host.files, flags.directory);
  const skipped: string[] = [];
  const entries = collect(host, root, flags.ignore, skipped);
  entries.catch(() => {}); // told when it is sent
  const digests = new Digests(host.files, root);
  return { root, entries, git: gitFacts(host.capture, root), skipped, digests };
}

async function collect(host: Host, root: string, patterns: string[], skipped: string[]) {
  const extra = [{ label: "--ignore", text: patterns.join("\n"), isFile: false }];
  const onNote = (text: string) => skipped.push(text);
  const asked = { extra, askGit: gitAsker(host), onNote };
  const ignore = await loadIgnore(host.files, root, asked).catch((error) => {
    throw cannotRead(root, error);
  });
  const options = {
    signal: host.interrupt,
    onSkip: (path: string, why: string) => skipped.push(`${path} is left out: ${why}`),
  };
  return await Array.fromAsync(walk(host.files, root, ignore, options));
}

/** The entries, and a word for each that can't be sent. */
export async function sendable(source: Source, emit: (event: RunEvent) => void): Promise<Entry[]> {
  const entries = await source.entries;
  if (entries.length === 0) {
    throw new UsageError(`Cannot upload "${source.root}": there is nothing in it to send`, {
      hint: "is all of it ignored?",
    });
  }
  for (const text of source.skipped) emit({ kind: "note", text });
  return entries;
}
