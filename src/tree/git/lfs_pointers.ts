/** Finds git LFS pointers: files whose content git LFS has not downloaded. */
import { FileError, type Files } from "../../host.ts";
import { pathText } from "../../path_bytes.ts";

/** A pointer has three lines, and a size of 1 to 15 digits. Extensions are not recognized. */
const LEAST_BYTES = 126, MOST_BYTES = 141;
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize \d+\n$/;

/** Returns the paths of the pointers. Reads only files of a pointer's size. */
export async function lfsPointers(
  files: Files,
  root: string,
  sized: readonly { readonly path: string; readonly kind: string; readonly sizeBytes: number }[],
): Promise<string[]> {
  const found: string[] = [];
  const buffer = new Uint8Array(MOST_BYTES + 1);
  for (const { path, kind, sizeBytes } of sized) {
    if (kind !== "file" || sizeBytes < LEAST_BYTES || sizeBytes > MOST_BYTES) continue;
    if (path.startsWith(".git/") || path.includes("/.git/")) continue;
    try {
      const { bytes } = await files.readStart(`${root}/${path}`, buffer);
      if (POINTER.test(pathText(buffer.subarray(0, bytes)))) found.push(path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error; // the archive reports it
    }
  }
  return found;
}
