/** Checks the local directory: what an upload would send of it, and by which rules. */
import { PROGRAM } from "../../cli/commands.ts";
import { parse } from "../../cli/parse.ts";
import type { Host } from "../../host.ts";
import { gitIn } from "../../tree/git/run_git.ts";
import { walkNames } from "../../tree/walk.ts";
import type { Finding } from "../../view/findings.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { options as uploadOptions } from "../pipeline_upload.ts";
import { openTree } from "../source/source.ts";
import { finding } from "./finding.ts";

/** A larger tree is not counted to its end. */
const MOST_FILES = 100_000;

export async function checkGit({ capture }: Pick<Host, "capture">): Promise<Finding> {
  const check = "git";
  const version = /^git version (\S+)/.exec(await gitIn(capture, ".")("--version") ?? "")?.[1];
  if (version !== undefined) return { check, state: "ok", text: `version ${version}` };
  return {
    check,
    state: "warning",
    text: "git is not installed: its ignore rules apply, but not those of its configuration",
    fix: "install git, for repositories with line endings, LFS or global ignore rules",
  };
}

/** Counts the files that an upload would send. */
export async function checkDirectory(host: Host, directory: string): Promise<Finding> {
  const command = `tkn-dev pipeline upload --list ${shellWord(directory)}`;
  return await finding("directory", async () => {
    const send = uploadOptions(parse(["pipeline", "upload", "any", directory], PROGRAM));
    const { root, skipped, walked } = await openTree(host, send, walkNames, MOST_FILES);
    let files = 0;
    for await (const entries of walked) {
      files += entries.filter(({ kind }) => kind !== "directory").length;
      if (files > MOST_FILES) break;
    }
    const top = (await gitIn(host.capture, root)("rev-parse", "--show-toplevel"))?.trimEnd();
    const rules = top ? `by the rules of the git checkout ${top}` : "not in a git checkout";
    const count = files > MOST_FILES ? `more than ${MOST_FILES}` : `${files}`;
    const text = `${count} file${files === 1 ? "" : "s"} to send, ${rules}`;
    if (files === 0) {
      const fix = "is all of it ignored? --explain PATH of pipeline upload says by which rule:";
      return { state: "failure", text, fix, command };
    }
    if (skipped.length === 0) return { state: "ok", text };
    return { state: "warning", text: `${text}; ${skipped.join("; ")}`, command };
  });
}
