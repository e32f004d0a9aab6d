/** What git tracks although its own rules ignore it: sent all the same. Pure. */

export class Tracked {
  readonly #paths = new Set<string>();
  readonly #submodules = new Set<string>();
  /** The directories on the way to them. */
  readonly #leads = new Set<string>();

  /**
   * @param listed what `git ls-files -z --stage --cached --ignored` prints: "100644 <hash> 0\ta/b\0"
   * @param directory where it ran, "" for the tree's root: its paths are relative to that
   */
  constructor(listed = "", directory = "") {
    for (const line of listed.split("\0")) {
      const tab = line.indexOf("\t");
      if (tab < 0) continue;
      const path = (directory === "" ? "" : `${directory}/`) + line.slice(tab + 1);
      (line.startsWith("160000 ") ? this.#submodules : this.#paths).add(path);
      this.#lead(path);
    }
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0 && this.#submodules.size === 0;
  }

  /** Whether it is tracked, or a directory with something in it that is. */
  has(path: string, isDirectory: boolean): boolean {
    if (this.isEmpty) return false; // no hash of each of 200,000 ignored paths for nothing
    if (!isDirectory) return this.#paths.has(path) || this.#submodules.has(path);
    return this.#leads.has(path) || this.#submodules.has(path);
  }

  /** Whether it is the root of a repository that git tracks as a whole. */
  isSubmodule(path: string): boolean {
    return this.#submodules.has(path);
  }

  #lead(path: string): void {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const directory = path.slice(0, at);
      if (this.#leads.has(directory)) return;
      this.#leads.add(directory);
    }
  }
}
