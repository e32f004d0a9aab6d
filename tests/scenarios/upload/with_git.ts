/** `--with-git`: what arrives is a repository for git in a step. */
import assert from "node:assert/strict";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

export const withGitScenarios: Scenario[] = [
  {
    name: "git in a step describes what --with-git sent, and sees no change",
    needs: ["git"],
    async run(cluster, directory) {
      writeRepository(directory);
      const where = `name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
      assert.equal(await describe(directory, cluster, where), "v1.0");
      writeTree(directory, tree("file b b"));
      git(directory, "add", "-A");
      git(directory, "commit", "-qm", "two");
      assert.match(await describe(directory, cluster, where), /^v1\.0-1-g\w+$/);
    },
  },
  {
    name: "a worktree that --with-git sent is a repository in the step",
    needs: ["git"],
    async run(cluster, directory) {
      writeRepository(`${directory}/main`);
      git(`${directory}/main`, "worktree", "add", "-q", "-b", "other", `${directory}/other`);
      git(`${directory}/other`, "commit", "-qm", "other", "--allow-empty");
      const described = await describe(`${directory}/other`, cluster, "name=source,emptyDir=");
      assert.match(described, /^v1\.0-1-g\w+$/);
    },
  },
];

/** Creates one commit with a tag, and an ignored file. */
function writeRepository(directory: string): void {
  writeTree(directory, tree("file .gitignore *.log\nfile a/run.sh 755 a\nfile d.log x"));
  git(directory, "init", "-q");
  git(directory, "add", "-A");
  git(directory, "commit", "-qm", "one");
  git(directory, "tag", "v1.0");
}

/** Uploads the repository, checks what git in the steps says of it, and returns `git describe`. */
async function describe(directory: string, cluster: Cluster, where: string): Promise<string> {
  const args = ["task", "upload", "t-git", "--with-git", directory, "-w", where];
  const ran = await tknDev([...args, ...cluster.flags]);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const described = git(directory, "describe", "--tags", "--dirty").trim();
  const said = [`describe: ${described}`, "status:"];
  const expected = ["root", "nobody"].flatMap((step) => said.map((line) => `[${step}] ${line}\n`));
  assert.equal(ran.stdout, expected.join(""));
  return described;
}
