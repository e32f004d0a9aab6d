/** --base: the clone does its own work at a commit, and the upload brings the changes. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { type GitDaemon, startGitDaemon } from "../../support/git_daemon.ts";
import { type Ran, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import { runCount } from "../../support/cluster.ts";
import { atTerminal } from "../hold/session.ts";
import type { Scenario } from "../scenario.ts";

export const baseScenarios: Scenario[] = [
  {
    name: "on a base, only the changes since the pushed commit are sent, and the run sees the tree",
    needs: ["git"],
    everyProtocol: true,
    async run(cluster, directory) {
      await using server = await serve(directory, CONTENT);
      const { work } = server;
      rmSync(`${work}/deleted`);
      rmSync(`${work}/old`, { recursive: true });
      rmSync(`${work}/becomes-link`);
      writeTree(
        work,
        tree(`file changed three
          file run.sh 755 one
          file new/untracked one
          link becomes-link -> same
          file ignored.log one`),
      );
      writeTree(work, tree("file committed one"));
      git(work, "add", "committed");
      git(work, "commit", "-qm", "not pushed");
      const { stdout: list } = await tknDev(["pipeline", "upload", "--list", work, "--base"]);
      assert.equal(list, "becomes-link\nchanged\ncommitted\nnew/untracked\nrun.sh\n");
      const ran = await uploaded(cluster, server, "t-base", ["--base"]);
      assert.match(
        ran.stderr,
        /^Note: Task clone clones [0-9a-f]{7} \(origin\/main\), and only the/m,
      );
      assert.match(ran.stderr, /^Sent 4 files, .*, verified; 3 removed$/m);
      assert.match(
        ran.stdout,
        new RegExp(`^\\[clone : check\\] the clone has ${server.pushed}$`, "m"),
      );
      assert.deepEqual(ran.sees, [
        `commit ${server.pushed}`,
        "644 ./.gitignore *.log",
        "644 ./changed three",
        "644 ./committed one",
        "644 ./deep/same one",
        "644 ./new/untracked one",
        "755 ./run.sh one",
        "644 ./same one",
        "./becomes-link -> same",
      ]);
      assert.match(ran.stderr, /^✓ clone +succeeded/m);
    },
  },
  {
    name: "on a base, the next run clones before the save, and what a save undoes is undone",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      const { work } = server;
      writeTree(work, tree("file a three"));
      const words = ["pipeline", "upload", "t-base", work, "-w", "name=shared,volume=100Mi"];
      const flags = [...url(server), "--base", "--watch=ahead", ...cluster.flags];
      await using session = atTerminal([...words, ...flags]);
      await session.until(/\[look : look\] 644 \.\/a three\n/);
      await session.until(/Watching \S+ for changes, Ctrl-C ends\n/);
      await session.until(/The next run is ready/);
      writeTree(work, tree("file a one\nfile b three"));
      await session.until(/Sent 1 file, .*, verified\n/);
      await session.until(/\[look : look\] 644 \.\/a one\n/);
      await session.until(/\[look : look\] 644 \.\/b three\n/);
      await session.until(/succeeded in /);
      await session.type("\x03");
      await session.until(/ended: 130\n/);
      assert.match(session.all, /Note: The next run does the work of the clone before the save\n/);
      assert.doesNotMatch(session.all, /a new one is created/);
    },
  },
  {
    name: "on a base that the tree is equal to, nothing is sent; --result replaces the clone's",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one");
      const flags = ["--base", "--result", "commit=mine"];
      const ran = await uploaded(cluster, server, "t-base", flags);
      assert.match(ran.stderr, /^Note: Nothing has changed since [0-9a-f]{7} \(origin\/main\)$/m);
      assert.match(ran.stderr, /^Sent 0 files, 0 B in /m);
      assert.deepEqual(ran.sees, ["commit mine", "644 ./a one"]);
    },
  },
  {
    name: "a clone without a param for the revision is a base if it has the commit, else an error",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      const { work, pushed } = server;
      writeTree(work, tree("file a three"));
      const fits = await uploaded(cluster, server, "t-base-main", ["--base"]);
      assert.deepEqual(fits.sees, [`commit ${pushed}`, "644 ./a three", "644 ./b one"]);

      const newer = push(server, "file c one\nfile b three");
      git(work, "reset", "-q", "--hard", pushed);
      git(work, "update-ref", "refs/remotes/origin/main", pushed);
      writeTree(work, tree("file a three"));
      const { code, stderr } = await upload(cluster, server, "t-base-main", ["--base"]);
      assert.equal(code, 4);
      const differs = `step "clone/clone" checked out ${newer}, not ${pushed}`;
      assert.match(stderr, new RegExp(`Cannot upload on top of .*: ${differs}`));
      assert.match(stderr, /^Note: Cancelled PipelineRun /m);

      const everything = await uploaded(cluster, server, "t-base-main", ["--base=auto"]);
      assert.match(everything.stderr, /^Note: Cannot upload on top .*; everything is uploaded$/m);
      const head = git(work, "rev-parse", "HEAD").trim();
      assert.deepEqual(everything.sees, [`commit ${head}`, "644 ./a three", "644 ./b one"]);
    },
  },
  {
    name: "a commit that the server lacks fails the clone; --base=auto sends everything then",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one");
      const { work } = server;
      writeTree(work, tree("file b one"));
      git(work, "add", "b");
      git(work, "commit", "-qm", "not pushed");
      const local = await upload(cluster, server, "t-base", ["--base=HEAD"]);
      assert.equal(local.code, 4, local.stderr + local.stdout);
      assert.match(
        local.stderr,
        /Cannot upload on top of [0-9a-f]{7}: step "clone\/clone", which clones it, failed with exit code/,
      );
      git(work, "update-ref", "refs/remotes/origin/main", "HEAD");
      const ran = await uploaded(cluster, server, "t-base", ["--base=auto"]);
      const head = git(work, "rev-parse", "HEAD").trim();
      assert.deepEqual(ran.sees, [`commit ${head}`, "644 ./a one", "644 ./b one"]);
    },
  },
  {
    name: "a Task's later steps see the tree, in the clone's directory; a sparse clone is noted",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile deep/b one\nfile deep/c one");
      writeTree(server.work, tree("file a three\nfile deep/b three"));
      rmSync(`${server.work}/deep/c`);
      const params = ["-p", "subdirectory=app", "-p", "sparse=/deep/"];
      const words = ["task", "upload", "t-git-clone", server.work, "-w", "name=output,emptyDir="];
      const ran = await tknDev([...words, ...params, ...url(server), "--base", ...cluster.flags]);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Note: The Task clones .*, and only the changes since/m);
      assert.match(ran.stderr, /^Note: The clone is sparse: of the directories /m);
      const sees = ran.stdout.match(/^\[check\] of .*$/gm);
      assert.deepEqual(sees, ["[check] of ./app/a", "[check] of ./app/deep/b"]);
    },
  },
  {
    name: "what cannot be a base is refused before a run, or sent as a whole with --base=auto",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one");
      const before = await runCount(cluster.kube);
      const plain = `${directory}/plain`;
      mkdirSync(plain);
      writeTree(plain, tree("file here.txt one"));
      const refusals: [string[], string, RegExp][] = [
        [["t-base"], plain, /Cannot find a base for ".*plain": git knows no checkout there/],
        [["t-no-clone"], server.work, /Cannot upload on a base: no step of .* clones/],
        [["t-base", "-p", "url=x"], server.work, /Cannot use --base "nothing": this checkout has/],
      ];
      for (const [words, at, refusal] of refusals) {
        const base = words.includes("-p") ? "--base=nothing" : "--base";
        const workspace = words[0] === "t-no-clone" ? "source" : "shared";
        const ran = await tknDev([
          ...["pipeline", "upload", ...words, at, base, "-w", `name=${workspace},volume=100Mi`],
          ...words[0] === "t-no-clone" || words.includes("-p") ? [] : ["-p", "url=x"],
          ...cluster.flags,
        ]);
        assert.equal(ran.code, 2, ran.stderr);
        assert.match(ran.stderr, refusal);
      }
      assert.equal(await runCount(cluster.kube), before);
    },
  },
  {
    name: "secrets are looked for among the changes alone",
    needs: ["git"],
    async run(_, directory) {
      await using server = await serve(directory, "file .env one\nfile a one");
      const list = () =>
        tknDev(["pipeline", "upload", "--list", "--base", "--secrets=deny", server.work]);
      writeTree(server.work, tree("file a three"));
      assert.deepEqual(await list(), { code: 0, stdout: "a\n", stderr: "" });
      writeTree(server.work, tree("file .env three"));
      const { code, stderr } = await list();
      assert.equal(code, 2);
      assert.match(stderr, /^Error: Cannot upload ".*": 1 file looks like a secret .*: \.env$/m);
    },
  },
];

const CONTENT = `
  file .gitignore *.log
  file same one
  file deep/same one
  file changed one
  file run.sh 644 one
  file deleted one
  file old/inside one
  file becomes-link one`;

interface Server extends AsyncDisposable {
  readonly port: number;
  /** The local checkout. */
  readonly work: string;
  /** The commit that the server has. */
  readonly pushed: string;
}

/** Serves a repository with one commit, and clones it. */
async function serve(directory: string, content: string): Promise<Server> {
  const [bare, work] = ["served/app.git", "work"].map((name) => `${directory}/${name}`);
  mkdirSync(bare, { recursive: true });
  git(bare, "init", "-q", "--bare", "-b", "main");
  git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
  mkdirSync(work);
  git(work, "init", "-q", "-b", "main");
  git(work, "remote", "add", "origin", bare);
  writeTree(work, tree(content));
  git(work, "add", "-A");
  git(work, "commit", "-qm", "one");
  git(work, "push", "-q", "origin", "main");
  const daemon: GitDaemon = await startGitDaemon(`${directory}/served`);
  return {
    port: daemon.port,
    work,
    pushed: git(work, "rev-parse", "HEAD").trim(),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** Pushes one more commit, and returns it. */
function push({ work }: Server, content: string): string {
  writeTree(work, tree(content));
  git(work, "add", "-A");
  git(work, "commit", "-qm", "more");
  git(work, "push", "-q", "origin", "main");
  return git(work, "rev-parse", "HEAD").trim();
}

function url({ port }: Server): string[] {
  return ["-p", `url=git://HOST:${port}/app.git`];
}

async function upload(
  { flags: own }: Cluster,
  server: Server,
  pipeline: string,
  flags: readonly string[],
): Promise<Ran> {
  const words = ["pipeline", "upload", pipeline, server.work, "-w", "name=shared,volume=100Mi"];
  return await tknDev([...words, ...url(server), ...flags, ...own]);
}

/** The same for a run that succeeds. Returns what the last task sees. */
async function uploaded(
  cluster: Cluster,
  server: Server,
  pipeline: string,
  flags: readonly string[],
): Promise<Ran & { sees: string[] }> {
  const ran = await upload(cluster, server, pipeline, flags);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const start = "[look : look] ";
  const lines = ran.stdout.split("\n").filter((line) => line.startsWith(start));
  return { ...ran, sees: lines.map((line) => line.slice(start.length)) };
}
