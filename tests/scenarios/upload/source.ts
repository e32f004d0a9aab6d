/** Where the source goes in typical Pipelines: into the directory that the clone would fill. */
import assert from "node:assert/strict";
import type { Cluster } from "../../support/cluster.ts";
import { tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";

const VOLUME = "volume=100Mi";

export const sourceScenarios: Scenario[] = [
  {
    name:
      "the upload goes where the clone's param says, and earlier files are handled as the clone does",
    async run(cluster, directory) {
      const shared = `claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
      const into = async (...flags: string[]) => {
        const words = `pipeline upload t-into-default -p repo=u -w name=shared,${shared}`;
        return await upload(cluster, directory, words, flags);
      };
      const first = await into("-w", "name=git-auth,emptyDir=");
      assert.match(first.stderr, /^Note: The upload stands in for task get: it clones the rep/m);
      assert.match(
        first.stderr,
        /^Note: It goes into directory source of workspace output, as param subdirectory says$/m,
      );
      assert.deepEqual(first.sees, ["./source/a/b.txt", "./source/here.txt"]);
      // The clone would remove what the run made there.
      assert.deepEqual((await into()).sees, ["./source/a/b.txt", "./source/here.txt"]);
      assert.deepEqual((await into("--delete=never")).sees, [
        "./source/a/b.txt",
        "./source/here.txt",
        "./source/made",
      ]);
    },
  },
  {
    name: "the run fills in a directory that only the run knows",
    async run(cluster, directory) {
      const words = `pipeline upload t-into-result -p repo=u -w name=shared,${VOLUME}`;
      const { stderr, sees } = await upload(cluster, directory, words);
      assert.match(stderr, /^Note: It goes into the directory that param subdirectory says$/m);
      assert.deepEqual(sees, ["./build-42/a/b.txt", "./build-42/here.txt"]);
    },
  },
  {
    name:
      "if a clone passes the source on as a result, the upload replaces one step, in its own volume",
    async run(cluster, directory) {
      const words = "pipeline upload t-artifact -p git-url=u --result commit=given -w";
      // A writable workspace for credentials is not a place for the source.
      const ran = await upload(cluster, directory, `${words} name=git-auth,emptyDir=`);
      const { stdout, stderr, sees } = ran;
      assert.match(stderr, /^Note: The upload stands in for step clone of task get, and the oth/m);
      assert.match(stderr, /^Note: It goes to \/var\/workdir\/source in step clone$/m);
      assert.match(stdout, /^\[get : check\] checked a$/m, "the steps after it run");
      assert.match(stdout, /^\[use : unpack\] commit=given$/m);
      assert.deepEqual(sees, ["./a/b.txt", "./here.txt"]);
    },
  },
  {
    name: "flags can name the step and directory; a path outside of all volumes is an error",
    async run(cluster, directory) {
      const words = "task upload t-clone-pack -p url=u --on-step clone --on-directory";
      const { stdout } = await upload(cluster, directory, `${words} /var/workdir/source`);
      assert.match(stdout, /^\[check\] checked a$/m);
      const line = [...`${words} /etc`.split(" "), directory, ...cluster.flags];
      const { code, stderr } = await tknDev(line);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /"\/etc": no workspace and no emptyDir of the step .*\n.*\/var\/workdir/,
      );
    },
  },
  {
    name: "without a clone the upload comes before the first step that needs it, and all steps run",
    async run(cluster, directory) {
      const words = `pipeline upload t-no-clone -w name=source,${VOLUME}`;
      const { stdout, stderr } = await upload(cluster, directory, words);
      assert.match(
        stderr,
        /^Note: The upload comes before the first step of task compile, all ste/m,
      );
      assert.match(stdout, /^\[package : package\] packed hello$/m);
      assert.match(stderr, /^✓ compile +succeeded/m);
    },
  },
  {
    name: "in a task that clones and builds, the upload replaces the step that only clones",
    async run(cluster, directory) {
      const words = `pipeline upload t-clone-and-build -w name=source,${VOLUME} --on-task`;
      const flags = ["--result", "commit=given"];
      const { stdout, stderr } = await upload(cluster, directory, `${words} build`, flags);
      assert.match(
        stderr,
        /^Note: The upload stands in for step get of task build, and the other/m,
      );
      assert.match(
        stderr,
        /^Note: It goes into directory app of workspace source, where the clone/m,
      );
      assert.match(stdout, /^\[build : make\] made of hello at given$/m);
      const refused = await tknDev([...`${words} both`.split(" "), directory, ...cluster.flags]);
      assert.equal(refused.code, 2);
      assert.match(
        refused.stderr,
        /step "both" fetches the source and does other work too\n.*--on-s/,
      );
    },
  },
  {
    name: "the client names tasks that clone for themselves, and can upload into one of them",
    async run(cluster, directory) {
      const words = "pipeline upload t-clones-apart";
      await fill(directory);
      const refused = await tknDev([...words.split(" "), directory, ...cluster.flags]);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /its tasks lint, test each clone .*\n.*--on-task/);
      const one = await tknDev([
        ...words.split(" "),
        ...[directory, "--on-task", "lint", ...cluster.flags],
      ]);
      // The other task clones by itself, and there is no such repository.
      assert.equal(one.code, 1, one.stderr);
      assert.match(one.stdout, /^\[lint : work\] works on hello$/m);
    },
  },
  {
    name: "a step that is left held gets the upload where its clone would put it",
    async run(cluster, directory) {
      const words = "pipeline upload t-artifact -p git-url=u --no-continue --result commit=given";
      const { stdout: run } = await upload(cluster, directory, words);
      const name = run.trim();
      const exec = await tknDev([
        ...["pipelinerun", "exec", name, ...cluster.flags, "--"],
        ...["cat", "/var/workdir/source/here.txt"],
      ]);
      assert.equal(exec.stdout, "hello\n", exec.stderr);
      const again = await tknDev(["pipelinerun", "upload", name, directory, ...cluster.flags]);
      assert.equal(again.code, 0, again.stderr);
      assert.match(
        again.stderr,
        /^Note: The upload goes to \/var\/workdir\/source, where the clone/m,
      );
      assert.match(again.stderr, /^Nothing to send/m);
      const end = await tknDev(["pipelinerun", "continue", name, ...cluster.flags]);
      assert.equal(end.code, 0, end.stderr);
    },
  },
];

async function fill(directory: string): Promise<void> {
  await Deno.mkdir(`${directory}/a`, { recursive: true });
  for (const [path, text] of [["here.txt", "hello\n"], ["a/b.txt", "b\n"]]) {
    await Deno.writeTextFile(`${directory}/${path}`, text);
    // Not now: a file saved in the second in which the record is written is sent again.
    await Deno.utime(`${directory}/${path}`, 1.7e9, 1.7e9);
  }
}

/** Uploads here.txt and a/b.txt; `sees` lists what a later step finds. */
async function upload(cluster: Cluster, directory: string, words: string, flags: string[] = []) {
  await fill(directory);
  const ran = await tknDev([...words.split(" "), directory, ...flags, ...cluster.flags]);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const sees = [...ran.stdout.matchAll(/\] sees (.*)$/gm)].map(([, path]) => path);
  return { ...ran, sees };
}
