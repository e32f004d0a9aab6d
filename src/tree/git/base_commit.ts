/** Finds the commit that --base uploads on top of: one that the clone task can fetch. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { type Git, gitIn } from "./run_git.ts";

export interface BaseCommit {
  /** The full hash. */
  readonly commit: string;
  /** For messages: "3f2a1b4 (origin/main)". */
  readonly name: string;
  /** Whether a remote-tracking branch has the commit. */
  readonly isPushed: boolean;
}

/**
 * Returns the commit `asked`, else the newest ancestor of HEAD that a remote-tracking branch has.
 * Throws UsageError if `root` is not the root of a checkout, or has no such commit.
 */
export async function findBase(
  capture: Host["capture"],
  root: string,
  asked?: string,
  askedBy = `--base "${asked}"`,
): Promise<BaseCommit> {
  const git = gitIn(capture, root);
  const [above, top] = (await git("rev-parse", "--show-cdup", "--show-toplevel"))?.split("\n") ??
    [];
  if (above === undefined) {
    throw new UsageError(`Cannot find a base for "${root}": git knows no checkout there`, {
      hint: "leave out --base, or name a directory that git status works in",
    });
  }
  if (above !== "") {
    throw new UsageError(`Cannot upload "${root}" on a base: it is not the root of its checkout`, {
      hint: `name its root, ${top}, for a clone has all of it; or leave out --base`,
    });
  }
  const commit = asked === undefined ? await newestPushed(git, root) : await commitOf(git, asked);
  if (commit === undefined) {
    throw new UsageError(`Cannot use ${askedBy}: this checkout has no such commit`, {
      hint: "git fetch gets what others have pushed",
    });
  }
  return { commit, ...await nameOf(git, commit) };
}

async function commitOf(git: Git, revision: string): Promise<string | undefined> {
  if (revision.startsWith("-")) return undefined; // an option, for older versions of git too
  const found = await git("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
  return found === undefined ? undefined : lineOf(found);
}

async function newestPushed(git: Git, root: string): Promise<string> {
  const refuse = (why: string) =>
    new UsageError(`Cannot find a base for "${root}": ${why}`, {
      hint: "push a branch, name a commit that the clone can fetch with --base=COMMIT, or leave " +
        "out --base",
    });
  const head = await commitOf(git, "HEAD");
  if (head === undefined) throw refuse("it has no commit yet");
  const [remote, unpushed] = await Promise.all([
    git("for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes"),
    git("rev-list", "--boundary", "HEAD", "--not", "--remotes"),
  ]);
  if (!remote?.trim()) throw refuse("it has no remote-tracking branch");
  const commits = (unpushed ?? "").split("\n").filter((line) => line !== "");
  if (commits.length === 0) return head;
  const shared = commits.filter((line) => line.startsWith("-")).map((line) => line.slice(1));
  if (shared.length === 0) throw refuse("no remote-tracking branch has an ancestor of HEAD");
  if (shared.length === 1) return shared[0];
  const newest = await git("rev-list", "--no-walk=sorted", "--max-count=1", ...shared, "--");
  return lineOf(newest ?? shared[0]);
}

/** Returns the short hash, with its place on a remote-tracking branch that has the commit. */
async function nameOf(git: Git, commit: string): Promise<Omit<BaseCommit, "commit">> {
  const [short, branch] = await Promise.all([
    git("rev-parse", "--short=7", commit),
    git("name-rev", ...REMOTE_BRANCHES, "--name-only", "--no-undefined", commit),
  ]);
  const hash = lineOf(short ?? commit);
  const place = branch?.trim().replace(/^remotes\//, "");
  return place ? { name: `${hash} (${place})`, isPushed: true } : { name: hash, isPushed: false };
}

/** Without the symbolic ref of the default branch, which has another name too. */
const REMOTE_BRANCHES = ["--refs=refs/remotes/*", "--exclude=refs/remotes/*/HEAD"];

function lineOf(text: string): string {
  return text.replace(/\r?\n$/, "");
}
