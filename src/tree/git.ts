/** What git says of the directory that is uploaded, for the results that the clone would have had. */
import type { Host } from "../host.ts";

export interface GitFacts {
  /** The full hash of HEAD. */
  readonly commit: string;
  /** Of the remote "origin", without a password; undefined where there is none. */
  readonly url?: string;
  /** HEAD's committer date in seconds since the epoch, as git-clone's result has it: `git log -1 --pretty=%ct`. */
  readonly committerDate: string;
  /** Whether the directory differs from HEAD, files that git does not know included. */
  readonly dirty: boolean;
}

/** Undefined where git is missing, the directory is in no checkout, or nothing is committed in it yet. */
export async function gitFacts(
  capture: Host["capture"],
  directory: string,
): Promise<GitFacts | undefined> {
  // No optional locks: it must not get in the way of a git that the user runs at the same time.
  const git = (...args: string[]) =>
    capture(["git", "--no-optional-locks", ...args], { cwd: directory });
  const [commit, url, committerDate, status] = await Promise.all([
    git("rev-parse", "--verify", "HEAD"),
    git("remote", "get-url", "origin"),
    git("log", "-1", "--pretty=%ct"),
    git("status", "--porcelain", "--", "."),
  ]);
  if (commit === undefined || committerDate === undefined) return undefined;
  return {
    commit: commit.trim(),
    url: url === undefined ? undefined : withoutPassword(url.trim()),
    committerDate: committerDate.trim(),
    dirty: status?.trim() !== "",
  };
}

/**
 * "https://user:token@host/a" becomes "https://host/a", for a token may stand as the user too;
 * "ssh://git@host/a" keeps its user, which is part of the address, and "git@host:a" is left as it is.
 */
function withoutPassword(url: string): string {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)@(.*)$/is.exec(url);
  if (parts === null) return url;
  const [, scheme, login, rest] = parts;
  if (!/ssh$/i.test(scheme)) return `${scheme}://${rest}`;
  return `${scheme}://${login.split(":")[0]}@${rest}`;
}
