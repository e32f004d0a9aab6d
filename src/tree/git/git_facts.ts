/** Facts about the uploaded checkout, for the results that the clone task would have produced. */
import type { Host } from "../../host.ts";
import { gitIn } from "./run_git.ts";
import { withoutUrlPasswords } from "../secrets/url_passwords.ts";

export interface GitFacts {
  /** The full hash of HEAD. */
  readonly commit: string;
  /** The shortest unique prefix of the hash, of at least seven digits. */
  readonly shortCommit: string;
  /** The hash of HEAD's tree. */
  readonly tree: string;
  /** HEAD's committer date in seconds since the epoch, like the result of git-clone (`%ct`). */
  readonly committerDate: string;
  /** Undefined if HEAD is detached. */
  readonly branch?: string;
  /** The URL of the remote "origin", without a password; undefined without such a remote. */
  readonly url?: string;
  /** Whether the directory differs from HEAD or has untracked files. */
  readonly dirty: boolean;
}

/** Seven digits, like `git rev-parse --short=7`, and no signature even with log.showSignature. */
const HEAD = ["-c", "log.showSignature=false", "log", "-1", "--abbrev=7"];

/** Returns undefined if git is missing, or if the directory is not in a checkout with a commit. */
export async function gitFacts(
  capture: Host["capture"],
  directory: string,
): Promise<GitFacts | undefined> {
  const git = gitIn(capture, directory);
  const [head, branch, url, status] = await Promise.all([
    git(...HEAD, "--pretty=%H%n%h%n%T%n%ct", "HEAD", "--"),
    git("symbolic-ref", "--quiet", "--short", "HEAD"),
    git("remote", "get-url", "origin"),
    git("status", "--porcelain", "--", "."),
  ]);
  const [commit, shortCommit, tree, committerDate] = head?.split("\n") ?? [];
  if (committerDate === undefined) return undefined;
  return {
    commit,
    shortCommit,
    tree,
    committerDate,
    branch: branch?.trim(),
    url: url === undefined ? undefined : withoutUrlPasswords(url.trim()),
    dirty: status?.trim() !== "",
  };
}
