/** What git says of the directory that is uploaded, for the results that the clone would have had. */
import type { Host } from "../../host.ts";
import { gitIn } from "./run_git.ts";
import { withoutUrlPasswords } from "../secrets/url_passwords.ts";

export interface GitFacts {
  /** The full hash of HEAD, and as few of its digits as tell it from all others, seven at least. */
  readonly commit: string;
  readonly shortCommit: string;
  /** The hash of HEAD's tree. */
  readonly tree: string;
  /** HEAD's committer date in seconds since the epoch, as git-clone's result has it: `git log -1 --pretty=%ct`. */
  readonly committerDate: string;
  /** Undefined where HEAD is no branch. */
  readonly branch?: string;
  /** Of the remote "origin", without a password; undefined where there is none. */
  readonly url?: string;
  /** Whether the directory differs from HEAD, files that git does not know included. */
  readonly dirty: boolean;
}

/** Seven digits, as `git rev-parse --short=7`; a signature that a person has git show is none of these. */
const HEAD = ["-c", "log.showSignature=false", "log", "-1", "--abbrev=7"];

/** Undefined where git is missing, the directory is in no checkout, or nothing is committed in it yet. */
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
