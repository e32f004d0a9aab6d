/** checkout.sh: what a clone has checked out, by git, without git, and by the Task's results. */
import assert from "node:assert/strict";
import { readCheckedOut } from "../../src/step/protocol/checkout.ts";
import { readBase, recordText } from "../../src/step/protocol/record.ts";
import { checkoutCommand, recordedBaseCommand } from "../../src/step/scripts.ts";
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
  assert.deepEqual(await ask(stage, stage.workspace, "commit"), {
    commit,
    isSparse: false,
    hasPointers: false,
  });
  git(stage.workspace, "config", "core.sparseCheckout", "true");
  assert.deepEqual(await ask(stage, stage.workspace), {
    commit,
    isSparse: true,
    hasPointers: false,
  });
  // A repository above the directory is another one.
  await Deno.mkdir(`${stage.workspace}/sub`);
  assert.equal((await ask(stage, `${stage.workspace}/sub`, "commit")).commit, RESULT);
});

testInEveryShell("a clone with pointers of git LFS says so", async (shell) => {
  const { stage } = await stageWithGit(shell);
  await using _ = stage;
  const { workspace } = stage;
  const hasPointers = async () => (await ask(stage, workspace)).hasPointers;
  const write = (name: string, text: string) => Deno.writeTextFile(`${workspace}/${name}`, text);
  await write("a.txt", "version https://git-lfs.github.com/spec/v1\n");
  git(workspace, "add", "-A");
  assert.equal(await hasPointers(), false);
  await write(".gitattributes", "*.bin filter=lfs\n");
  await write("a.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
  git(workspace, "add", "-A");
  assert.equal(await hasPointers(), true);
  await write("a.bin", "content\n");
  assert.equal(await hasPointers(), false);
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
  const expected = { commit: RESULT, isSparse: false, hasPointers: false };
  assert.deepEqual(readCheckedOut(lines.join("\n")), expected);
  assert.equal(readCheckedOut(`result ${RESULT}x\n`).commit, undefined);
});

testInEveryShell("a record says which commit is below the uploads", async (shell) => {
  await using stage = await Stage.open(shell, { programs: GNU });
  const { workspace } = stage;
  const base = { commit: RESULT, run: "PipelineRun/a" };
  const ask = async () => {
    const { stdout } = await stage.exec(recordedBaseCommand(workspace, "./record"));
    return readBase(stdout.trimEnd());
  };
  const write = (text: string) => Deno.writeTextFile(`${workspace}/record`, text);
  assert.equal(await ask(), undefined);
  await write(recordText([], { base, gone: ["a b"], anew: true }));
  assert.deepEqual(await ask(), base);
  await write(recordText([], { gone: ["a"], anew: true }));
  assert.equal(await ask(), undefined);
  await Deno.remove(`${workspace}/record`);
  await stage.exec(["mkfifo", `${workspace}/record`]); // which nobody writes to
  assert.equal(await ask(), undefined);
});
