/** checkout.sh: what a clone has checked out, by git, without git, and by the Task's results. */
import assert from "node:assert/strict";
import { readCheckedOut } from "../../src/step/protocol/checkout.ts";
import { checkoutCommand } from "../../src/step/scripts.ts";
import { git } from "../support/git_judge.ts";
import { GNU, type Shell, Stage, testInEveryShell } from "./stage.ts";

const RESULT = "0123456789012345678901234567890123456789";

async function ask(stage: Stage, directory: string, ...results: string[]) {
  const { stdout } = await stage.exec(checkoutCommand(directory, results));
  return readCheckedOut(stdout);
}

async function stageWithGit(shell: Shell): Promise<{ stage: Stage; commit: string }> {
  const stage = await Stage.open(shell, { programs: [...GNU, "git"] });
  const { workspace } = stage;
  git(workspace, "init", "-q", "-b", "main");
  git(workspace, "commit", "-qm", "one", "--allow-empty");
  git(workspace, "checkout", "-q", "--detach");
  return { stage, commit: git(workspace, "rev-parse", "HEAD").trim() };
}

testInEveryShell("git says which commit is checked out, and whether sparsely", async (shell) => {
  const { stage, commit } = await stageWithGit(shell);
  await using _ = stage;
  await Deno.writeTextFile(`${stage.directory}/results/commit`, RESULT);
  assert.deepEqual(await ask(stage, stage.workspace, "commit"), { commit, isSparse: false });
  git(stage.workspace, "config", "core.sparseCheckout", "true");
  assert.deepEqual(await ask(stage, stage.workspace), { commit, isSparse: true });
  // A repository above the directory is another one.
  await Deno.mkdir(`${stage.workspace}/sub`);
  assert.equal((await ask(stage, `${stage.workspace}/sub`, "commit")).commit, RESULT);
});

testInEveryShell(
  "without git, the file HEAD says it, else a result of the Task",
  async (shell) => {
    const { stage, commit } = await stageWithGit(shell);
    await using _ = stage;
    await Deno.remove(`${stage.directory}/bin/git`);
    await Deno.writeTextFile(`${stage.directory}/results/commit`, RESULT);
    assert.equal((await ask(stage, stage.workspace, "commit")).commit, commit);
    await Deno.remove(`${stage.workspace}/.git`, { recursive: true });
    assert.equal((await ask(stage, stage.workspace, "none", "commit")).commit, RESULT);
    assert.equal((await ask(stage, `${stage.workspace}/none`)).commit, undefined);
  },
);

Deno.test("only whole hashes count", () => {
  const lines = ["head ref: refs/heads/main", "head 0123456", `result ${RESULT}`, "sparse "];
  assert.deepEqual(readCheckedOut(lines.join("\n")), { commit: RESULT, isSparse: false });
  assert.equal(readCheckedOut(`result ${RESULT}x\n`).commit, undefined);
});
