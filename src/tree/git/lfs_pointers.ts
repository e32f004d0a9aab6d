/** Files that only say what git LFS would put in their place. */
import { FileError, type Files } from "../../host.ts";
import { pathText } from "../../path_bytes.ts";

/** The three lines of a pointer, with a size from one digit to fifteen; extensions, which nobody uses, would make it longer. */
const LEAST_BYTES = 126, MOST_BYTES = 141;
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize \d+\n$/;

/** Of the files given, of which few have the size that a pointer has. */
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
      if (!(error instanceof FileError)) throw error; // who sends it says why
    }
  }
  return found;
}
