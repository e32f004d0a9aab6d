/** The answers of a clone: of checkout.sh, and of git ls-files. Pure. */
import { pathText } from "../../path_bytes.ts";

export interface CheckedOut {
  /** The full hash, by HEAD, else by the Task's result; undefined if neither says it. */
  readonly commit?: string;
  /** Whether git checks out only some directories. */
  readonly isSparse: boolean;
  /** Whether a file of git LFS has a pointer in place of its content. */
  readonly hasPointers: boolean;
}

const HASH = /^(head|result) ([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Other lines do not count: the programs of the container may print anything. */
export function readCheckedOut(answer: string): CheckedOut {
  const lines = answer.split("\n");
  const hashes = lines.map((line) => HASH.exec(line)).filter((found) => found !== null);
  const [, , commit] = hashes.find(([, from]) => from === "head") ?? hashes[0] ?? [];
  const [isSparse, hasPointers] = ["sparse", "pointers"].map((word) => lines.includes(word));
  return { commit, isSparse, hasPointers };
}

/** The exit code of trackedCommand if no repository is there. */
export const NO_REPOSITORY = 3;

/** Returns the paths that `git ls-files -z` prints. They are not checked. */
export function readTracked(answer: Uint8Array): string[] {
  return pathText(answer).split("\0").filter((path) => path !== "");
}
