/** Facts from git's index that the files on disk do not show. Pure. */
import { join } from "../paths.ts";

export class GitIndex {
  readonly files: number;
  /** Tracked files that git deliberately does not check out: sparse checkouts, skip-worktree. */
  readonly notCheckedOut: readonly string[];
  /** The directories of submodules. */
  readonly submodules: readonly string[];
  readonly #executables?: ReadonlySet<string>;
  readonly #links?: ReadonlySet<string>;

  /**
   * @param listed what `git ls-files -z -t --stage` prints: "H 100644 <hash> 0\ta/b\0"
   * @param directory where git ran, relative to the tree's root; its paths are relative to that
   * @param trusts whether the file system's modes and links are reliable
   */
  constructor(
    listed = "",
    directory = "",
    { trustsModes, hasLinks }: { trustsModes: boolean; hasLinks: boolean } = ALL,
  ) {
    // The index may have 200,000 lines: search for the few prefixes instead of parsing each line.
    const text = `\0${listed}`;
    this.files = countOf(listed, "\0");
    const pathsAfter = (start: string) => pathsOf(text, `\0${start}`, directory);
    this.notCheckedOut = pathsAfter("S ");
    this.submodules = [...pathsAfter("H 160000 "), ...pathsAfter("M 160000 ")];
    const pathsOfMode = (mode: string) =>
      new Set(TAGS.flatMap((tag) => pathsAfter(`${tag} ${mode} `)));
    if (!trustsModes) this.#executables = pathsOfMode("100755");
    if (!hasLinks) this.#links = pathsOfMode("120000");
  }

  /** Returns whether a symbolic link is checked out as a regular file. */
  isLink(path: string): boolean {
    return this.#links?.has(path) ?? false;
  }

  /** Returns whether git tracks the file as executable; undefined if the file's own mode counts. */
  isExecutable(path: string): boolean | undefined {
    return this.#executables?.has(path);
  }
}

const ALL = { trustsModes: true, hasLinks: true };
/** Status tags of `git ls-files -t`: cached, skip-worktree, unmerged. */
const TAGS = ["H", "S", "M"];

/** Returns the paths of the lines that begin with `start`. */
function pathsOf(text: string, start: string, directory: string): string[] {
  const paths: string[] = [];
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    const end = text.indexOf("\0", at + 1);
    const path = text.slice(text.indexOf("\t", at) + 1, end);
    paths.push(join(directory, path));
  }
  return paths;
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count++;
  return count;
}
