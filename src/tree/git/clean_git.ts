/** What --with-git sends: a whole repository, without what lets somebody in. */
import { UsageError } from "../../errors.ts";
import { FileError, type Files } from "../../host.ts";
import { pathBytes, pathText } from "../../path_bytes.ts";
import { mayHoldCredentials, storeFiles, withoutCredentials } from "../secrets/git_credentials.ts";
import { resolve } from "../paths.ts";
import type { Rewrite } from "./rewritten_files.ts";

/**
 * How each file is rewritten; `left` grows by those, from `root` on, that had something in them which is left out.
 * Throws FileError.
 */
export async function cleanGit(
  files: Files,
  root: string,
  left: Set<string>,
): Promise<(path: string) => Rewrite | undefined> {
  const config = await files.readText(`${root}/.git/config`) ?? "";
  const stores = new Set(storeFiles(config).map((path) => resolve(root, path)));
  return (path) => {
    const at = path.indexOf("/.git/", root.length);
    const isOfGit = at >= 0 && mayHoldCredentials(path.slice(at + "/.git/".length));
    if (!isOfGit && !stores.has(path)) return undefined;
    return new CleanText(path, () => left.add(path.slice(root.length + 1)));
  };
}

/** Text is looked at as a whole: the largest that git writes are reflogs, of some 200 bytes a change. */
const MOST_BYTES = 16 * 1024 * 1024;
/** git takes for binary what has a NUL among its first bytes. */
const FIRST_BYTES = 8000;

class CleanText implements Rewrite {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isBinary = false;

  constructor(private readonly path: string, private readonly onCredentials: () => void) {}

  push(chunk: Uint8Array): Uint8Array {
    if (this.#bytes === 0) this.#isBinary = chunk.subarray(0, FIRST_BYTES).includes(0);
    this.#bytes += chunk.length;
    if (this.#isBinary) return chunk;
    if (this.#bytes > MOST_BYTES) {
      throw new FileError(this.path, "it is too large to be looked through for passwords");
    }
    this.#chunks.push(chunk.slice());
    return new Uint8Array();
  }

  end(): Uint8Array {
    if (this.#isBinary) return new Uint8Array();
    const text = pathText(joined(this.#chunks, this.#bytes));
    const clean = withoutCredentials(text);
    if (clean !== text) this.onCredentials();
    return pathBytes(clean);
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * Throws UsageError for a repository that has its objects elsewhere, as `git clone --shared` and `--reference` make it,
 * and for one of whose submodules that is so; FileError.
 */
export async function checkWhole(files: Files, root: string): Promise<void> {
  const modules = await modulesOf(files, `${root}/.git/modules`);
  for (const git of [`${root}/.git`, ...modules]) {
    const alternates = `${git}/objects/info/alternates`;
    const borrowed = (await files.readText(alternates))?.trim();
    if (!borrowed) continue;
    const real = await files.realPath(alternates);
    const directory = real.slice(0, -"/objects/info/alternates".length);
    throw new UsageError(
      `Cannot upload "${root}" with git: ${directory} borrows objects of ${
        borrowed.split("\n")[0]
      }`,
      { hint: `to make it whole: git --git-dir='${directory}' repack -a -d && rm '${real}'` },
    );
  }
}

const MOST_DEPTH = 16;

/** The git directories of submodules, whose names may have slashes: "modules/libs/a", and in there "modules" again. */
async function modulesOf(files: Files, directory: string, depth = 0): Promise<string[]> {
  if (depth > MOST_DEPTH || (await files.stat(directory))?.kind !== "directory") return [];
  const found: string[] = [];
  for (const { name, kind } of await files.list(directory)) {
    if (kind !== "directory") continue;
    const path = `${directory}/${name}`;
    const isModule = await files.stat(`${path}/HEAD`) !== undefined;
    if (isModule) found.push(path);
    found.push(...await modulesOf(files, isModule ? `${path}/modules` : path, depth + 1));
  }
  return found;
}
