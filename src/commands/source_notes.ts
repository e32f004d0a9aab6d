/** What is said of the directory before it is sent. Pure. */
import { UsageError } from "../errors.ts";
import { farLinkNotes } from "../tree/far_links.ts";
import { looksSecret } from "../tree/secrets.ts";
import { measure, sizeOf } from "../tree/sizes.ts";
import type { Entry } from "../tree/walk.ts";
import {
  LARGE_BYTES,
  type Note,
  secretsFound,
  secretsNote,
  sizeNote,
} from "../view/source_notes.ts";
import type { Secrets } from "./upload_options.ts";

export function sourceNotes(
  source: { readonly skipped: readonly string[]; readonly secrets: Secrets },
  entries: readonly Entry[],
): Note[] {
  const words = [...source.skipped, ...farLinkNotes(entries)];
  const notes: Note[] = words.map((text) => ({ text }));
  if (sizeOf(entries) > LARGE_BYTES) notes.push(sizeNote(measure(entries)));
  const secrets = source.secrets === "warn" ? secretPaths(entries) : [];
  if (secrets.length > 0) notes.push(secretsNote(secrets));
  return notes;
}

/** For --secrets=deny. Throws UsageError. */
export function checkSecrets(root: string, entries: readonly Entry[]): void {
  const paths = secretPaths(entries);
  if (paths.length === 0) return;
  throw new UsageError(`Cannot upload "${root}": ${secretsFound(paths)}`, {
    hint: "leave out with --ignore PATTERN, or send with --secrets=warn",
  });
}

function secretPaths(entries: readonly Entry[]): string[] {
  return entries.filter(({ kind, path }) => kind !== "directory" && looksSecret(path))
    .map(({ path }) => path);
}
