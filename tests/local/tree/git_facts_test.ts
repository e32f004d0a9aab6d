import assert from "node:assert/strict";
import { testWith } from "../../support/tools.ts";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { gitFacts } from "../../../src/tree/git.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const ENV = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_COMMITTER_DATE: "1700000000 +0200",
  GIT_AUTHOR_DATE: "1600000000 +0000",
};
const AUTHOR = ["-c", "user.name=a", "-c", "user.email=a@example.com"];

function capture(command: readonly string[], options: { cwd?: string } = {}) {
  const [program, ...args] = command;
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    const output = execFileSync(program, args, { ...options, env: ENV, stdio, encoding: "utf8" });
    return Promise.resolve(output);
  } catch {
    return Promise.resolve(undefined);
  }
}

testWith(["git"], "git's facts about a checkout, from none to dirty", async () => {
  using place = temporaryDirectory();
  const cwd = place.path;
  const git = (...args: string[]) => execFileSync("git", [...AUTHOR, ...args], { cwd, env: ENV });

  assert.equal(await gitFacts(capture, cwd), undefined, "no repository");
  git("init", "-q");
  assert.equal(await gitFacts(capture, cwd), undefined, "no commit");
  writeFileSync(`${cwd}/a`, "hello");
  git("add", "a");
  git("commit", "-q", "-m", "first");
  git("remote", "add", "origin", "https://user:secret@example.com/a.git");
  assert.deepEqual(await gitFacts(capture, cwd), {
    commit: git("rev-parse", "HEAD").toString().trim(),
    url: "https://example.com/a.git",
    committerDate: "1700000000",
    dirty: false,
  });
  writeFileSync(`${cwd}/untracked`, "");
  assert.equal((await gitFacts(capture, cwd))?.dirty, true);
});
