/** Whether the work of a held step can be repeated, as far as its turns show. Pure. */
import { changedPaths } from "../../tree/changed_paths.ts";
import type { Entry } from "../../tree/walk.ts";

/**
 * Work that ended with 0, and then fails with the same tree and script, depends on something else,
 * such as what it left in the container.
 */
export class Repeats {
  /** The tree of the last turn that ended with 0, if only the tree may have changed since. */
  #passed: readonly Entry[] | undefined;
  #isFound = false;

  /** The user opened a shell or edited the script, which may be the reason for what follows. */
  touched(): void {
    this.#passed = undefined;
  }

  /** A turn came to its end. Returns whether it is the first one that shows such work. */
  ended(tree: readonly Entry[], exitCode: number): boolean {
    if (exitCode === 0) {
      this.#passed = tree;
      return false;
    }
    if (this.#isFound || this.#passed === undefined) return false;
    this.#isFound = changedPaths(this.#passed, tree).length === 0;
    return this.#isFound;
  }
}
