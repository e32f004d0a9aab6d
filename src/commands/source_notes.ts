/** What is said of the directory before it is sent. */
import { UsageError } from "../errors.ts";
import type { Files } from "../host.ts";
import type { Checkout } from "../tree/git/checkout.ts";
import { outsideLinkNotes } from "../tree/outside_links.ts";
import { findSecrets, isSuspect } from "../tree/secrets/find_secrets.ts";
import { lfsPointers } from "../tree/git/lfs_pointers.ts";
import { measure, type Sized, sizeOf } from "../tree/sizes.ts";
import type { Entry, Named } from "../tree/walk.ts";
import { checkoutNotes } from "../view/checkout_notes.ts";
import {
  countNote,
  LARGE_BYTES,
  type Note,
  secretsFound,
  secretsNote,
  sizeNote,
} from "../view/source_notes.ts";
import type { Secrets } from "./upload_options.ts";

interface Told {
  readonly files: Files;
  readonly root: string;
  readonly skipped: readonly string[];
  readonly checkout: Checkout;
  readonly secrets: Secrets;
}

export async function sourceNotes(source: Told, entries: readonly Entry[]): Promise<Note[]> {
  const isSent = pathsOf(entries);
  return await listNotes(source, entries, { sized: entries, files: entries.length, isSent });
}

/** Put together only where it is asked for: of a million paths it takes a second. */
function pathsOf(entries: readonly Entry[]): (path: string) => boolean {
  let paths: Set<string> | undefined;
  return (path) => (paths ??= new Set(entries.map((entry) => entry.path))).has(path);
}

interface Counted {
  readonly files: number;
  /** Their sizes, where those are known. */
  readonly sized?: readonly Sized[];
  /** Whether the file is among what is sent. */
  readonly isSent: (path: string) => boolean;
}

/**
 * The same of a list.
 *
 * @param notable all entries that are: see isNotable
 */
export async function listNotes(
  source: Told,
  notable: readonly Named[],
  { files, sized, isSent }: Counted,
): Promise<Note[]> {
  const isLarge = sized !== undefined && sizeOf(sized) > LARGE_BYTES;
  const words = [...source.skipped, ...outsideLinkNotes(notable)].map((text) => ({ text }));
  return [
    ...words,
    ...await gitNotes(source, { sized, isSent }),
    ...isLarge ? [sizeNote(measure(sized))] : [],
    ...sized === undefined ? [countNote(files)] : [],
    ...await secretNotes(source, notable),
  ];
}

/** Whether a note may come of its name, or of where it leads. */
export function isNotable(entry: Named): boolean {
  return entry.linkTarget !== undefined || isSuspect(entry);
}

async function gitNotes(
  { files, root, checkout }: Told,
  { sized = [], isSent }: Pick<Counted, "sized" | "isSent">,
): Promise<Note[]> {
  return checkoutNotes({
    ...await checkout.endings(isSent),
    notCheckedOut: [...checkout.notCheckedOut].filter((path) => !isSent(path)),
    emptySubmodules: await checkout.emptySubmodules(files),
    lfsPointers: await lfsPointers(files, root, sized),
    cleaned: [...checkout.cleaned],
  });
}

async function secretNotes({ files, root, secrets }: Told, entries: readonly Named[]) {
  if (secrets !== "warn") return [];
  const note = secretsNote(await findSecrets(files, root, entries));
  return note === undefined ? [] : [note];
}

/** For --secrets=deny. Throws UsageError. */
export async function checkSecrets(
  { files, root }: Pick<Told, "files" | "root">,
  entries: readonly Named[],
): Promise<void> {
  const found = secretsFound(await findSecrets(files, root, entries));
  if (found === undefined) return;
  throw new UsageError(`Cannot upload "${root}": ${found}`, {
    hint: "leave out with --ignore PATTERN, or send with --secrets=warn",
  });
}
