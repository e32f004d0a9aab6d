/** Uploads of a git checkout: what arrives is what git lists, with what a clone would have made. */
import assert from "node:assert/strict";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { type RunOptions, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

export const checkoutScenarios: Scenario[] = [
  {
    name: "another user's step sees a clone's modes, from git's index if core.fileMode is false",
    needs: ["git"],
    async run(cluster, directory) {
      const upload = look(cluster, directory);
      repository(
        directory,
        'file gradlew 755 "#!/bin/sh\\necho gradlew runs\\n"\nfile build.gradle x\nfile d/private x',
      );
      git(directory, "config", "core.fileMode", "false");
      for (const [path, mode] of [["gradlew", 0o644], ["build.gradle", 0o777], ["d", 0o700]]) {
        await Deno.chmod(`${directory}/${path}`, mode as number);
      }
      await Deno.chmod(`${directory}/d/private`, 0o600);
      const first = await upload("./gradlew; cat d/private; echo");
      const modes = ["644 ./build.gradle", "755 ./d", "644 ./d/private", "755 ./gradlew"];
      assert.deepEqual(first.lines, [...modes, "gradlew runs", "x"]);

      const second = await upload("true");
      assert.match(second.stderr, /^Nothing to send in .*; 3 unchanged since/m);

      git(directory, "update-index", "--chmod=+x", "build.gradle");
      const third = await upload("true");
      assert.match(third.stderr, /^Sent 1 file, .*, verified; 2 unchanged since/m);
      assert.equal(third.lines[0], "755 ./build.gradle");
    },
  },
  {
    name: "in a hook of another repository the files and results are those of the directory",
    needs: ["git"],
    async run(cluster, directory) {
      const [main, other] = ["main", "other"].map((name) => `${directory}/${name}`);
      repository(main, "file main x");
      repository(other, "file .gitignore *.log\nfile a x\nfile run.log x");
      git(other, "remote", "add", "origin", "https://me:s3cret@git.example.com/team/other.git");
      git(other, "worktree", "add", "-q", "-b", "feature", `${directory}/tree`);
      await Deno.mkdir(`${directory}/tree/sub`);
      const hook = {
        GIT_DIR: `${main}/.git`,
        GIT_INDEX_FILE: `${main}/.git/index`,
        GIT_WORK_TREE: main,
        GIT_PREFIX: "sub/",
      };
      for (
        const [cwd, at, branch] of [[other, ".", "main"], [
          `${directory}/tree/sub`,
          "..",
          "feature",
        ]]
      ) {
        const where = `name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
        const args = ["pipeline", "upload", "t-clone-results", at, "-w", where];
        const ran = await run([...args, ...cluster.flags], { cwd, env: hook });
        const commit = git(other, "rev-parse", "HEAD").trim();
        const short = git(other, "rev-parse", "--short=7", "HEAD").trim();
        const time = git(other, "log", "-1", "--pretty=%ct").trim();
        const url = "https://git.example.com/team/other.git";
        assert.equal(
          ran.stdout,
          `[say : say] ${short} ${time} ${commit} ${url} ${commit} ${branch}\n` +
            "[say : say] files: ./.gitignore ./a \n",
        );
        assert.doesNotMatch(ran.stderr, /(is|are) empty;/);
      }
    },
  },
  {
    name: "no password in .git is sent, regardless of --secrets, and a note says so",
    needs: ["git"],
    async run(cluster, directory) {
      repository(directory, "file a x");
      git(directory, "remote", "add", "origin", "https://me:s3cret@git.example.com/team/app.git");
      git(
        directory,
        "config",
        "http.https://git.example.com/.extraheader",
        "AUTHORIZATION: s3cret",
      );
      for (const secrets of ["warn", "deny", "allow"]) {
        const upload = look(cluster, directory, "name=source,emptyDir=");
        const looks = "grep -r s3cret . || grep url .git/config";
        const ran = await upload(looks, "--with-git", `--secrets=${secrets}`);
        assert.deepEqual(ran.lines, ["644 ./a", "\turl = https://git.example.com/team/app.git"]);
        assert.match(
          ran.stderr,
          /^Note: Passwords and tokens in \.git\/config are not sent$/m,
        );
      }
    },
  },
  {
    name: "a note reports a script that is CRLF here and LF in git; --eol=git makes it run",
    needs: ["git"],
    async run(cluster, directory) {
      repository(`${directory}/unix`, 'file build.sh 755 "#!/bin/sh\\necho it runs\\n"');
      git(directory, "clone", "-q", "-c", "core.autocrlf=true", `${directory}/unix`, "windows");
      const upload = look(cluster, `${directory}/windows`, "name=source,emptyDir=");
      const asIs = await upload("./build.sh 2>/dev/null || echo no such program");
      assert.match(
        asIs.stderr,
        /^Note: 1 file has LF in git but CRLF locally: build\.sh; --eol=git sends what/m,
      );
      assert.equal(asIs.lines.at(-1), "no such program");
      const asGit = await upload("./build.sh", "--eol=git");
      assert.match(
        asGit.stderr,
        /^Note: 1 local CRLF file is sent with LF, as in git$/m,
      );
      assert.equal(asGit.lines.at(-1), "it runs");
    },
  },
  {
    name:
      "a note reports what a sparse checkout leaves out; an earlier upload of it stays in place",
    needs: ["git"],
    async run(cluster, directory) {
      repository(directory, "file a x\nfile docs/one x\nfile old x");
      const upload = look(cluster, directory);
      await upload("true");
      git(directory, "sparse-checkout", "set", "--no-cone", "/*", "!/docs/");
      await Deno.remove(`${directory}/old`);
      const ran = await upload("true");
      assert.match(
        ran.stderr,
        /^Note: 1 tracked file is not checked out and is not sent: docs\/one; /m,
      );
      assert.match(
        ran.stderr,
        /^Nothing to send in .*; 1 unchanged since the upload .*, 1 removed$/m,
      );
      assert.deepEqual(ran.lines, ["644 ./a", "755 ./docs", "644 ./docs/one"]);
    },
  },
];

/** Creates a repository with one commit of these files. */
function repository(directory: string, text: string): void {
  Deno.mkdirSync(directory, { recursive: true });
  writeTree(directory, tree(text));
  git(directory, "init", "-q", "-b", "main");
  git(directory, "add", "-A");
  git(directory, "commit", "-qm", "one");
}

/**
 * Uploads into one directory, runs a command as another user in the run, and returns its output.
 */
function look(
  cluster: Cluster,
  directory: string,
  where = `name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`,
) {
  return async (work: string, ...flags: string[]) => {
    const args = ["task", "upload", "t-checkout", "--on-step", "take", "-w", where];
    const ran = await run([...args, "-p", `do=${work}`, directory, ...flags, ...cluster.flags]);
    const lines = ran.stdout.split("\n").filter((line) => line.startsWith("[look] "));
    return { ...ran, lines: lines.map((line) => line.slice("[look] ".length)) };
  };
}

async function run(args: readonly string[], options: RunOptions = {}) {
  const ran = await tknDev(args, options);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  return ran;
}
