/** What is said of the directory before it is sent. Pure. */
import { UsageError } from "../errors.ts";
import { farLinkNotes } from "../tree/far_links.ts";
import { looksSecret } from "../tree/secrets.ts";
import { measure, type Sized, sizeOf } from "../tree/sizes.ts";
import type { Entry, Named } from "../tree/walk.ts";
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
  readonly skipped: readonly string[];
  readonly secrets: Secrets;
}

export function sourceNotes(source: Told, entries: readonly Entry[]): Note[] {
  return listNotes(source, entries, { sized: entries, files: entries.length });
}

/**
 * The same of a list.
 *
 * @param notable all entries that are: see isNotable
 * @param sizes the number of files, and their sizes where those are known
 */
export function listNotes(
  source: Told,
  notable: readonly Named[],
  { files, sized }: { files: number; sized?: readonly Sized[] },
): Note[] {
  const isLarge = sized !== undefined && sizeOf(sized) > LARGE_BYTES;
  return [
    ...wordNotes(source, notable),
    ...isLarge ? [sizeNote(measure(sized))] : [],
    ...sized === undefined ? [countNote(files)] : [],
    ...secretNotes(source, notable),
  ];
}

/** Whether a note may come of its name, or of where it leads. */
export function isNotable({ kind, path, linkTarget }: Named): boolean {
  return linkTarget !== undefined || kind !== "directory" && looksSecret(path);
}

function wordNotes({ skipped }: Told, entries: readonly Named[]): Note[] {
  return [...skipped, ...farLinkNotes(entries)].map((text) => ({ text }));
}

function secretNotes({ secrets }: Told, entries: readonly Named[]): Note[] {
  const paths = secrets === "warn" ? secretPaths(entries) : [];
  return paths.length > 0 ? [secretsNote(paths)] : [];
}

/** For --secrets=deny. Throws UsageError. */
export function checkSecrets(root: string, entries: readonly Named[]): void {
  const paths = secretPaths(entries);
  if (paths.length === 0) return;
  throw new UsageError(`Cannot upload "${root}": ${secretsFound(paths)}`, {
    hint: "leave out with --ignore PATTERN, or send with --secrets=warn",
  });
}

function secretPaths(entries: readonly Named[]): string[] {
  return entries.filter(({ kind, path }) => kind !== "directory" && looksSecret(path))
    .map(({ path }) => path);
}
