/** --base: the clone does its own work at a commit, and the upload brings the changes. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { type Ran, tknDev } from "../../support/program.ts";
import { throughProxy } from "../../support/through_proxy.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import { runCount } from "../../support/cluster.ts";
import type { Scenario } from "../scenario.ts";
import { pushMore, serve, type Served, url } from "./served_repository.ts";

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
      assert.match(ran.stderr, /^Sent 4 files, .*, verified; 2 removed$/m);
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

      const newer = pushMore(server, "file c one\nfile b three");
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
        /^Note: No remote-tracking branch has [0-9a-f]{7}: the clone may/m,
      );
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
      const words = [
        "task",
        "upload",
        "t-base-git-clone",
        server.work,
        "-w",
        "name=output,emptyDir=",
      ];
      const ran = await tknDev([...words, ...params, ...url(server), "--base", ...cluster.flags]);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Note: The Task clones .*, and only the changes since/m);
      assert.match(ran.stderr, /^Note: The clone is sparse: of the directories /m);
      const sees = ran.stdout.match(/^\[check\] of .*$/gm);
      assert.deepEqual(sees, ["[check] of ./app/a", "[check] of ./app/deep/b"]);
    },
  },
  {
    name: "a clone into a volume of the pod is a base, too",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      writeTree(server.work, tree("file new/c one"));
      rmSync(`${server.work}/b`);
      const words = ["task", "upload", "t-git-clone-volume", server.work, ...url(server)];
      const ran = await tknDev([...words, "--base", ...cluster.flags]);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Sent 1 file, .*, verified; 1 removed$/m);
      const sees = ran.stdout.match(/^\[check\] of .*$/gm);
      assert.deepEqual(sees, ["[check] of ./a", "[check] of ./new/c"]);
    },
  },
  {
    name: "an interrupted upload on a base resumes, and removes and sends everything in the end",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nlink l -> a\nfile old one");
      const { work } = server;
      rmSync(`${work}/old`);
      rmSync(`${work}/l`);
      const bytes = new Uint8Array(500_000); // that do not compress
      for (let from = 0; from < bytes.length; from += 50_000) {
        crypto.getRandomValues(bytes.subarray(from, from + 50_000));
      }
      for (let at = 0; at < 20; at++) {
        mkdirSync(`${work}/l/${at}`, { recursive: true });
        await Deno.writeFile(`${work}/l/${at}/file`, bytes);
      }
      await using way = await throughProxy(cluster, directory, (to) => new FaultyProxy(to));
      way.proxy.cutAfterBytes = 4_000_000;
      const words = ["task", "upload", "t-base-git-clone", work, "-w", "name=output,emptyDir="];
      const ran = await tknDev([...words, ...url(server), "--base", ...way.flags]);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Note: Cannot upload into step "clone": .*: trying again$/m);
      assert.match(ran.stderr, /^Sent 20 files, 10 MB in .*, verified; 2 removed$/m);
      const sees = ran.stdout.match(/^\[check\] of .*$/gm)?.map((line) =>
        line.slice("[check] of .".length)
      );
      const files = Array.from({ length: 20 }, (_, at) => `/l/${at}/file`).sort();
      assert.deepEqual(sees?.sort(), ["/a", ...files].sort());
      assert.ok(way.proxy.sentBytes < 17_000_000, `${way.proxy.sentBytes}`);
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
      const known = "t-base -p url=x -w name=shared,volume=100Mi";
      const other = "t-no-clone -w name=source,volume=100Mi";
      const refusals: [words: string, directory: string, refusal: RegExp][] = [
        [`${known} --base`, plain, /Cannot find a base for ".*plain": git knows no checkout there/],
        [`${known} --base=nothing`, server.work, /Cannot use --base "nothing": this checkout has/],
        [`${other} --base`, server.work, /Cannot upload on a base: no step of .* clones/],
      ];
      const run = (words: string, at: string) =>
        tknDev(["pipeline", "upload", ...words.split(" "), at, ...cluster.flags]);
      for (const [words, at, refusal] of refusals) {
        const { code, stderr } = await run(words, at);
        assert.equal(code, 2, stderr);
        assert.match(stderr, refusal);
      }
      assert.equal(await runCount(cluster.kube), before);
      const auto = await uploaded(cluster, { ...server, work: plain }, "t-base", ["--base=auto"]);
      assert.match(auto.stderr, /^Note: Cannot find a base for .*; everything is uploaded$/m);
      assert.match(auto.stderr, /^Note: The upload stands in for task clone/m);
      assert.deepEqual(auto.sees.slice(1), ["644 ./here.txt one"]);
      writeTree(server.work, tree("file here.txt one"));
      const whole = await run(`${other} --base=auto`, server.work);
      assert.equal(whole.code, 0, whole.stderr + whole.stdout);
      assert.match(whole.stderr, /^Note: .*: no step of .* clones; everything is uploaded$/m);
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

async function upload(
  { flags: own }: Cluster,
  server: Served,
  pipeline: string,
  flags: readonly string[],
): Promise<Ran> {
  const words = ["pipeline", "upload", pipeline, server.work, "-w", "name=shared,volume=100Mi"];
  return await tknDev([...words, ...url(server), ...flags, ...own]);
}

/** The same for a run that succeeds. Returns what the last task sees. */
async function uploaded(
  cluster: Cluster,
  server: Served,
  pipeline: string,
  flags: readonly string[],
): Promise<Ran & { sees: string[] }> {
  const ran = await upload(cluster, server, pipeline, flags);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const start = "[look : look] ";
  const lines = ran.stdout.split("\n").filter((line) => line.startsWith(start));
  return { ...ran, sees: lines.map((line) => line.slice(start.length)) };
}
