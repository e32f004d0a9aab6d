/** Notes about the directory before it is sent: its size, secrets, links, line ends. */
import { UsageError } from "../../errors.ts";
import type { Files } from "../../host.ts";
import type { Checkout } from "../../tree/git/checkout.ts";
import { outsideLinkNotes } from "../../tree/outside_links.ts";
import { findSecrets, isSuspect } from "../../tree/secrets/find_secrets.ts";
import { lfsPointers } from "../../tree/git/lfs_pointers.ts";
import { measure, type Sized, sizeOf } from "../../tree/sizes.ts";
import type { Entry, Named } from "../../tree/walk.ts";
import { checkoutNotes } from "../../view/checkout_notes.ts";
import {
  countNote,
  LARGE_BYTES,
  type Note,
  secretsFound,
  secretsNote,
  sizeNote,
} from "../../view/source_notes.ts";
import type { Secrets } from "../options/send_flags.ts";

interface NotedSource {
  readonly files: Files;
  readonly root: string;
  readonly skipped: readonly string[];
  readonly checkout: Checkout;
  readonly secrets: Secrets;
}

/** Returns the notes about a whole tree, or about the part of it that is sent. */
export async function sourceNotes(
  source: NotedSource,
  entries: readonly Entry[],
  { isPart = false } = {},
): Promise<Note[]> {
  const isSent = pathsOf(entries);
  const files = entries.length;
  return await listNotes(source, entries, { sized: entries, files, isSent, isPart });
}

/** Builds the set of paths at the first call: for a million paths this takes a second. */
function pathsOf(entries: readonly Entry[]): (path: string) => boolean {
  let paths: Set<string> | undefined;
  return (path) => (paths ??= new Set(entries.map((entry) => entry.path))).has(path);
}

interface TreeFacts {
  readonly files: number;
  /** The files' sizes, if they are known. */
  readonly sized?: readonly Sized[];
  /** Returns whether the file is sent. */
  readonly isSent: (path: string) => boolean;
  /** Whether the workspace has the files that are not sent. */
  readonly isPart?: boolean;
}

/**
 * Returns the notes about a tree from the entries that may need one.
 *
 * @param notable every entry for which isNotable is true
 */
export async function listNotes(
  source: NotedSource,
  notable: readonly Named[],
  { files, sized, isSent, isPart }: TreeFacts,
): Promise<Note[]> {
  const isLarge = sized !== undefined && sizeOf(sized) > LARGE_BYTES;
  const words = [...source.skipped, ...outsideLinkNotes(notable)].map((text) => ({ text }));
  return [
    ...words,
    ...await gitNotes(source, { sized, isSent, isPart }),
    ...isLarge ? [sizeNote(measure(sized))] : [],
    ...sized === undefined ? [countNote(files)] : [],
    ...await secretNotes(source, notable),
  ];
}

/** Returns whether the entry's name or link target may need a note. */
export function isNotable(entry: Named): boolean {
  return entry.linkTarget !== undefined || isSuspect(entry);
}

async function gitNotes(
  { files, root, checkout }: NotedSource,
  { sized = [], isSent, isPart = false }: Pick<TreeFacts, "sized" | "isSent" | "isPart">,
): Promise<Note[]> {
  return checkoutNotes({
    ...await checkout.endings(isSent),
    notCheckedOut: isPart ? [] : [...checkout.notCheckedOut].filter((path) => !isSent(path)),
    emptySubmodules: isPart ? [] : await checkout.emptySubmodules(files),
    lfsPointers: await lfsPointers(files, root, sized),
    cleaned: [...checkout.cleaned],
  });
}

async function secretNotes({ files, root, secrets }: NotedSource, entries: readonly Named[]) {
  if (secrets !== "warn") return [];
  const note = secretsNote(await findSecrets(files, root, entries));
  return note === undefined ? [] : [note];
}

/** Throws UsageError for secrets, with --secrets=deny. */
export async function checkSecrets(
  { files, root }: Pick<NotedSource, "files" | "root">,
  entries: readonly Named[],
): Promise<void> {
  const found = secretsFound(await findSecrets(files, root, entries));
  if (found === undefined) return;
  throw new UsageError(`Cannot upload "${root}": ${found}`, {
    hint: "leave out with --ignore PATTERN, or send with --secrets=warn",
  });
}
