/** The answer of checkout.sh: the commit that a clone has checked out. Pure. */

export interface CheckedOut {
  /** The full hash, by HEAD, else by the Task's result; undefined if neither says it. */
  readonly commit?: string;
  /** Whether git was told to check out only some directories. */
  readonly isSparse: boolean;
}

const HASH = /^(head|result) ([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Other lines do not count: the programs of the container may print anything. */
export function readCheckedOut(answer: string): CheckedOut {
  const lines = answer.split("\n");
  const hashes = lines.map((line) => HASH.exec(line)).filter((found) => found !== null);
  const [, , commit] = hashes.find(([, from]) => from === "head") ?? hashes[0] ?? [];
  return { commit, isSparse: lines.includes("sparse") };
}
