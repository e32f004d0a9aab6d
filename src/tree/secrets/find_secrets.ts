/** Which files of a tree are secrets, by their names, or by what is in those whose names tell too little. */
import { FileError, type Files } from "../../host.ts";
import { pathText } from "../../path_bytes.ts";
import { holdsSecret, mayHoldSecret } from "./secret_contents.ts";
import { looksSecret } from "./secret_names.ts";
import type { Named } from "../walk.ts";

export interface FoundSecrets {
  readonly named: readonly string[];
  readonly holding: readonly string[];
}

/** So much of a file is looked at. */
const MOST_BYTES = 256 * 1024;

/** Whether it has to be looked for among them: its name alone says so. */
export function isSuspect({ kind, path }: Named): boolean {
  return kind !== "directory" && (looksSecret(path) || mayHoldSecret(path));
}

/** What of `entries`, in their order; a file that can't be read is none, for it can't be sent either. */
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
