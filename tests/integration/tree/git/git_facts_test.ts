import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { capture } from "../../../../src/deno/capture.ts";
import { gitFacts } from "../../../../src/tree/git/git_facts.ts";
import { gitAsker } from "../../../../src/tree/git/git_answers.ts";
import { OTHER_REPOSITORY } from "../../../../src/tree/git/run_git.ts";
import { git as gitOf } from "../../../support/git_judge.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { testWith } from "../../../support/tools.ts";
import { tree, writeTree } from "../../../support/tree_text.ts";

const ENV = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_COMMITTER_DATE: "1700000000 +0200",
  GIT_AUTHOR_DATE: "1600000000 +0000",
};
const AUTHOR = ["-c", "user.name=a", "-c", "user.email=a@example.com"];

testWith(["git"], "the facts about a checkout, from no repository to dirty", async () => {
  using place = temporaryDirectory();
  const cwd = place.path;
  const git = (...args: string[]) => {
    const ran = execFileSync("git", [...AUTHOR, ...args], { cwd, env: ENV, encoding: "utf8" });
    return ran.trim();
  };

  assert.equal(await gitFacts(capture, cwd), undefined, "no repository");
  git("init", "-q", "-b", "main");
  assert.equal(await gitFacts(capture, cwd), undefined, "no commit");
  writeFileSync(`${cwd}/a`, "hello");
  git("add", "a");
  git("commit", "-q", "-m", "first");
  git("remote", "add", "origin", "https://user:secret@example.com/a.git");
  assert.deepEqual(await gitFacts(capture, cwd), {
    commit: git("rev-parse", "HEAD"),
    shortCommit: git("rev-parse", "--short=7", "HEAD"),
    tree: git("rev-parse", "HEAD^{tree}"),
    committerDate: "1700000000",
    branch: "main",
    url: "https://example.com/a.git",
    dirty: false,
  });
  writeFileSync(`${cwd}/untracked`, "");
  assert.equal((await gitFacts(capture, cwd))?.dirty, true);
  git("checkout", "-q", "--detach");
  assert.equal((await gitFacts(capture, cwd))?.branch, undefined);
});

testWith(["git"], "the cleared variables include all local variables of git", () => {
  const local = gitOf("/", "rev-parse", "--local-env-vars").trim().split("\n");
  const ours = OTHER_REPOSITORY.map(({ name }) => name);
  assert.deepEqual(local.filter((name) => !ours.includes(name)), []);
});

testWith(
  ["git"],
  "variables of a hook in another repository do not count, but settings in variables do",
  async () => {
    using place = temporaryDirectory();
    const [main, other] = ["main", "other"].map((name) => {
      const at = `${place.path}/${name}`;
      mkdirSync(at);
      gitOf(at, "init", "-q", "-b", name);
      writeTree(at, tree(`file .gitignore *.log\nfile ${name}.log x`));
      gitOf(at, "add", "-f", ".");
      gitOf(at, "commit", "-qm", name);
      return at;
    });
    const hook: Record<string, string> = {
      GIT_DIR: `${main}/.git`,
      GIT_INDEX_FILE: `${main}/.git/index`,
      GIT_WORK_TREE: main,
      GIT_PREFIX: "sub/",
      GIT_OBJECT_DIRECTORY: `${main}/.git/objects`,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.excludesFile",
      GIT_CONFIG_VALUE_0: "/etc/mine",
    };
    for (const [name, value] of Object.entries(hook)) Deno.env.set(name, value);
    try {
      const facts = await gitFacts(capture, other);
      assert.equal(facts?.branch, "other");
      const answers = await gitAsker({ capture, env: { get: () => undefined } })(other);
      assert(typeof answers === "object");
      assert.equal(answers.excludesFile, "/etc/mine");
      assert.match(answers.tracked, /\tother\.log\0$/);
      assert.equal(Deno.env.get("GIT_DIR"), hook.GIT_DIR, "other programs still see it");
    } finally {
      for (const name of Object.keys(hook)) Deno.env.delete(name);
    }
  },
);

testWith(["git"], "git answers for any values of its local variables", async () => {
  using place = temporaryDirectory();
  gitOf(place.path, "init", "-q", "-b", "main");
  gitOf(place.path, "commit", "-qm", "x", "--allow-empty");
  const local = gitOf("/", "rev-parse", "--local-env-vars").trim().split("\n");
  for (const name of local) Deno.env.set(name, "/nowhere");
  try {
    assert.equal((await gitFacts(capture, place.path))?.branch, "main");
  } finally {
    for (const name of local) Deno.env.delete(name);
  }
});
