/** Paths that git tracks although its rules ignore them; they are sent. Pure. */
import { join } from "../paths.ts";

export class TrackedPaths {
  readonly #paths = new Set<string>();
  readonly #submodules = new Set<string>();
  /** The directories above them. */
  readonly #parents = new Set<string>();

  /**
   * @param listed "100644 <hash> 0\ta/b\0", by `git ls-files -z --stage --cached --ignored`
   * @param directory where git ran, relative to the tree's root; its paths are relative to that
   */
  constructor(listed = "", directory = "") {
    for (const line of listed.split("\0")) {
      const tab = line.indexOf("\t");
      if (tab < 0) continue;
      const path = join(directory, line.slice(tab + 1));
      (line.startsWith("160000 ") ? this.#submodules : this.#paths).add(path);
      this.#addParents(path);
    }
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0 && this.#submodules.size === 0;
  }

  /** Returns whether the path is tracked, or is a directory with a tracked file in it. */
  has(path: string, isDirectory: boolean): boolean {
    if (this.isEmpty) return false; // avoids hashing 200,000 ignored paths
    if (!isDirectory) return this.#paths.has(path) || this.#submodules.has(path);
    return this.#parents.has(path) || this.#submodules.has(path);
  }

  /** Returns whether the path is the root of a submodule. */
  isSubmodule(path: string): boolean {
    return this.#submodules.has(path);
  }

  #addParents(path: string): void {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const directory = path.slice(0, at);
      if (this.#parents.has(directory)) return;
      this.#parents.add(directory);
    }
  }
}
