/** Checks the local directory: git, and the rules that say what belongs to the source. */
import type { Host } from "../../host.ts";
import { gitIn } from "../../tree/git/run_git.ts";
import type { Finding } from "../../view/findings.ts";

export async function checkDirectory(host: Host, directory: string): Promise<Finding[]> {
  const git = gitIn(host.capture, directory);
  const version = /^git version (\S+)/.exec(await git("--version") ?? "")?.[1];
  if (version === undefined) {
    return [{
      check: "git",
      state: "warning",
      text: "git is not installed: its ignore rules apply, but not those of its configuration",
      fix: "install git, for repositories with line endings, LFS or global ignore rules",
    }];
  }
  const top = (await git("rev-parse", "--show-toplevel"))?.replace(/\n$/, "");
  const list = `tkn-dev pipeline upload --list ${directory}`;
  return [
    { check: "git", state: "ok", text: `version ${version}` },
    {
      check: "directory",
      state: "ok",
      text: top === undefined || top === ""
        ? `not in a git checkout: all files below are sent; ${list} lists them`
        : `in the git checkout ${top}; ${list} lists what is sent`,
    },
  ];
}
