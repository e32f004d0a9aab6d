/** Removes credentials from the files of a `.git` directory, for --with-git. */
import { FileError, type Files } from "../../host.ts";
import { pathBytes, pathText } from "../../path_bytes.ts";
import { mayHoldCredentials, storeFiles, withoutCredentials } from "../secrets/git_credentials.ts";
import { resolve } from "../paths.ts";
import type { Rewrite } from "./rewritten_files.ts";
import { concat } from "../../concat.ts";

/**
 * Returns how the file at an absolute path is rewritten. Adds each file that had credentials to
 * `cleaned`, relative to `root`, once it was read. Throws FileError.
 */
export async function credentialStripper(
  files: Files,
  root: string,
  cleaned: Set<string>,
): Promise<(path: string) => Rewrite | undefined> {
  const config = await files.readText(`${root}/.git/config`) ?? "";
  const stores = new Set(storeFiles(config).map((path) => resolve(root, path)));
  return (path) => {
    const at = path.indexOf("/.git/", root.length);
    const isOfGit = at >= 0 && mayHoldCredentials(path.slice(at + "/.git/".length));
    if (!isOfGit && !stores.has(path)) return undefined;
    return new StrippedText(path, () => cleaned.add(path.slice(root.length + 1)));
  };
}

/** A text is searched as a whole. The largest are reflogs, with about 200 bytes a change. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Like git, take a file for binary if there is a NUL among its first bytes. */
const FIRST_BYTES = 8000;

class StrippedText implements Rewrite {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isBinary = false;

  constructor(private readonly path: string, private readonly onCredentials: () => void) {}

  push(chunk: Uint8Array): Uint8Array {
    if (this.#bytes === 0) this.#isBinary = chunk.subarray(0, FIRST_BYTES).includes(0);
    this.#bytes += chunk.length;
    if (this.#isBinary) return chunk;
    if (this.#bytes > MOST_BYTES) {
      throw new FileError(this.path, "it is too large to be searched for passwords");
    }
    this.#chunks.push(chunk.slice());
    return new Uint8Array();
  }

  end(): Uint8Array {
    if (this.#isBinary) return new Uint8Array();
    const text = pathText(concat(this.#chunks));
    const clean = withoutCredentials(text);
    if (clean !== text) this.onCredentials();
    return pathBytes(clean);
  }
}
