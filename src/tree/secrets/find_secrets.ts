/** Finds files that look like secrets, by their names or by their contents. */
import { FileError, type Files } from "../../host.ts";
import { pathText } from "../../path_bytes.ts";
import { holdsSecret, mayHoldSecret } from "./secret_contents.ts";
import { looksSecret } from "./secret_names.ts";
import type { Named } from "../walk.ts";

export interface FoundSecrets {
  /** Paths that are secrets by their names. */
  readonly named: readonly string[];
  /** Paths of files with a password or token in them. */
  readonly holding: readonly string[];
}

/** The most bytes of a file that are searched. */
const MOST_BYTES = 256 * 1024;

/** Returns whether findSecrets must check the entry; decided by its name. */
export function isSuspect({ kind, path }: Named): boolean {
  return kind !== "directory" && (looksSecret(path) || mayHoldSecret(path));
}

/** Returns the secrets among `entries`, in order. Skips unreadable files. */
export async function findSecrets(
  files: Files,
  root: string,
  entries: readonly Named[],
): Promise<FoundSecrets> {
  const named: string[] = [];
  const holding: string[] = [];
  let buffer: Uint8Array | undefined;
  for (const { kind, path } of entries) {
    if (kind === "directory") continue;
    if (looksSecret(path)) named.push(path);
    else if (kind === "file" && mayHoldSecret(path)) {
      buffer ??= new Uint8Array(MOST_BYTES);
      if (holdsSecret(path, await firstText(files, `${root}/${path}`, buffer))) holding.push(path);
    }
  }
  return { named, holding };
}

async function firstText(files: Files, path: string, buffer: Uint8Array): Promise<string> {
  try {
    const { bytes } = await files.readStart(path, buffer);
    return pathText(buffer.subarray(0, bytes));
  } catch (error) {
    if (error instanceof FileError) return "";
    throw error;
  }
}
