/** Facts about a checkout, in place of those in the event of a forge. */
import type { Host } from "../../host.ts";
import { withoutUrlPasswords } from "../secrets/url_passwords.ts";
import { gitIn } from "./run_git.ts";

/** Each is undefined if git does not know it. */
export interface CheckoutFacts {
  /** The repository's directory. */
  readonly root?: string;
  readonly commit?: string;
  readonly branch?: string;
  /** The URL of the remote "origin", without a password. */
  readonly url?: string;
  /** The branch that origin's HEAD names. */
  readonly defaultBranch?: string;
  /** git's user.name. */
  readonly user?: string;
}

export async function checkoutFacts(
  capture: Host["capture"],
  directory: string,
): Promise<CheckoutFacts> {
  const git = gitIn(capture, directory);
  const [root, commit, branch, url, head, user] = await Promise.all([
    git("rev-parse", "--show-toplevel"),
    git("rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
    git("symbolic-ref", "--quiet", "--short", "HEAD"),
    git("remote", "get-url", "origin"),
    git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"),
    git("config", "user.name"),
  ]);
  return {
    root: line(root),
    commit: line(commit),
    branch: line(branch),
    url: url === undefined ? undefined : withoutUrlPasswords(url.trim()) || undefined,
    defaultBranch: line(head)?.replace(/^origin\//, ""),
    user: line(user),
  };
}

function line(text: string | undefined): string | undefined {
  return text?.replace(/\r?\n$/, "") || undefined;
}
