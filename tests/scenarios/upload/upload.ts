/** `pipeline upload` and `task upload` that succeed, or fail because the run fails. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import { apply, type Cluster } from "../../support/cluster.ts";
import type { Ran } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { succeeded, upload, workspace } from "./run_upload.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

export const uploadScenarios: Scenario[] = [
  {
    name: "this repository arrives in a Pipeline, every file with the same checksum as here",
    needs: ["git", "sha256sum"],
    everyLogin: true,
    async run(cluster) {
      const { files, sums } = await sumsOf(ROOT);
      await apply(cluster.kube, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "t-expected" },
        data: { SHA256SUMS: sums },
      });
      const ran = await upload(cluster, [
        ..."pipeline upload t-compare".split(" "),
        ROOT,
        ...workspace(cluster, "source"),
        ..."-w name=expected,config=t-expected".split(" "),
        ...["-p", `files=${files}`],
      ]);
      succeeded(ran);
      assert.match(ran.stdout, /^\[compare : compare\] all equal$/m);
      assert.match(
        ran.stderr,
        new RegExp(`^Sent ${files.toLocaleString("en-US")} files, .*, verified$`, "m"),
      );
      assert.match(ran.stderr, /^✓ fetch +uploaded/m);
      await foundUnderItsPipeline(cluster, ran, files);
    },
  },
  {
    name: "dotfiles, empty directories, links and modes arrive; .git and ignored files do not",
    everyProtocol: true,
    needs: ["sha256sum"],
    async run(cluster, directory) {
      writeTree(
        directory,
        tree(`
          file .git/config secret
          file .github/workflows/ci.yaml jobs
          file .gitignore "*.log\\n/out/\\n!keep.log\\n"
          file .gitattributes "* text"
          file .hidden yes
          dir empty/
          file bin/run.sh 755 "#!/bin/sh"
          file bin/lib.sh 644 "x=1"
          link bin/latest -> run.sh
          link dangling -> nowhere/at/all
          file debug.log no
          file keep.log yes
          file out/a.o no
          file "with space/and'quote\\".txt" text
        `),
      );
      await apply(cluster.kube, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "t-expected" },
        data: { SHA256SUMS: `${await sha256(`${directory}/.hidden`)}  ./.hidden\n` },
      });
      const ran = await upload(cluster, [
        ..."pipeline upload t-compare".split(" "),
        directory,
        ...workspace(cluster, "source"),
        ..."-w name=expected,config=t-expected -p files=8".split(" "),
      ]);
      succeeded(ran);
      const seen = ran.stdout.split("\n").filter((line) => line.startsWith("[compare : look] "))
        .map((line) => line.slice("[compare : look] ".length));
      assert.deepEqual(seen, [
        "dir .",
        "dir ./.github",
        "dir ./.github/workflows",
        "dir ./bin",
        "dir ./empty",
        "dir ./with space",
        "link ./bin/latest -> run.sh",
        "link ./dangling -> nowhere/at/all",
        "executable ./bin/run.sh",
      ]);
    },
  },
  {
    name: "the clone's results come from the checkout, other results are given or empty",
    needs: ["git"],
    async run(cluster, directory) {
      writeTree(directory, tree("file a.txt a"));
      const commit = await commitAll(directory, "https://user:secret@example.com/team/app.git");
      const ran = await upload(cluster, [
        ..."pipeline upload t-results --on-task clone --result other=given".split(" "),
        directory,
        ...workspace(cluster, "source"),
      ]);
      succeeded(ran);
      const url = "url=https://example.com/team/app.git";
      assert.match(
        ran.stdout,
        new RegExp(
          `^\\[say : words\\] words: commit=${commit} ${url} date=1700000000 other=given$`,
          "m",
        ),
      );
      assert.match(ran.stdout, /^\[after : words\] words: none$/m);
    },
  },
  {
    name: "results without a known value are empty, and a note says so",
    async run(cluster, directory) {
      writeTree(directory, tree("file a.txt a"));
      const ran = await upload(cluster, [
        ..."pipeline upload t-results".split(" "),
        directory,
        ...workspace(cluster, "source"),
      ]);
      succeeded(ran);
      assert.match(ran.stdout, /^\[say : words\] words: commit= url= date= other=$/m);
      assert.match(ran.stderr, /Results commit, url, committer-date, other of task "clone" are/);
      assert.match(ran.stderr, /The upload stands in for task clone/);
    },
  },
  {
    name: "params of each type and workspaces of each kind are read as tkn reads them",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here\nfile volume.yaml"));
      await Deno.writeTextFile(
        `${directory}/volume.yaml`,
        "spec:\n  accessModes: [ReadWriteOnce]\n  resources: { requests: { storage: 1Gi } }\n",
      );
      await apply(cluster.kube, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "t-token" },
        data: { key: btoa("s3cret") },
      });
      const ran = await upload(cluster, [
        ..."pipeline upload t-inputs --on-task fetch --on-workspace one -s default".split(" "),
        directory,
        ...["--param", "text=a=b, c", "-p", "list=x", "-p", 'list=["y z"]'],
        '-pmap={"host":"example.com","port":"80"}',
        ...["-w", `name=files,volumeClaimTemplateFile=${directory}/volume.yaml`],
        ..."--workspace=name=token,secret=t-token -w name=cache,emptyDir=".split(" "),
      ]);
      succeeded(ran);
      assert.match(ran.stdout, /^\[show : show\] text=a=b, c list=x y z\/2 map=example.com:80$/m);
      assert.match(ran.stdout, /^\[show : show\] source=here token=s3cret cache=$/m);
    },
  },
  {
    name: "a failed task makes the exit code 1, and the error names its step and exit code",
    async run(cluster, directory) {
      writeTree(directory, tree("file a.txt a"));
      const ran = await upload(cluster, [
        ..."p upload t-results -p exit=7".split(" "),
        directory,
        ...workspace(cluster, "source"),
      ]);
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(ran.stdout, /^\[say : end\] ending with 7$/m);
      assert.doesNotMatch(ran.stdout, /say : never\] only after success/);
      assert.match(ran.stderr, /^✗ say +failed.*\n +step end: exit code 7$/m);
      assert.match(ran.stderr, /^✓ after +succeeded/m);
    },
  },
  {
    name: "all steps of a Task see an upload that comes before the first of them",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const ran = await upload(cluster, [
        ..."task upload t-steps -p greeting=hi -w name=source,emptyDir=".split(" "),
        directory,
      ]);
      succeeded(ran);
      assert.equal(ran.stdout, "[first] first sees here\n[second] hi second sees here\n");
    },
  },
  {
    name:
      "an upload replaces a Task's step: the step before it runs, the step after it sees the upload",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const ran = await upload(cluster, [
        ..."t upload t-steps --on-step first -w name=source,emptyDir=".split(" "),
        directory,
      ]);
      succeeded(ran);
      assert.equal(ran.stdout, "[second] hello second sees here\n");
      const later = await upload(cluster, [
        ..."t upload t-steps --on-step second".split(" "),
        directory,
        ...workspace(cluster, "source"),
      ]);
      succeeded(later);
      assert.equal(later.stdout, "[first] first sees nothing\n");
    },
  },
  {
    name: "a second Task with the same claim sees the upload in its directory",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here\nfile skip.me no"));
      const shared = workspace(cluster, "source");
      const sub = "with space/and;quote'";
      const first = await upload(cluster, [
        ..."task upload t-steps --ignore *.me --on-directory".split(" "),
        `${sub}/`,
        directory,
        ...shared,
      ]);
      succeeded(first);
      assert.match(first.stdout, /first sees nothing/);
      const again = shared.map((flag) => flag.replace(/subPath=.*/, `$&/${sub}`));
      writeTree(directory, tree("file unrelated u"));
      const second = await upload(cluster, [
        ..."task upload t-steps --delete=never --ignore *".split(" "),
        "--ignore",
        "!unrelated",
        directory,
        ...again,
      ]);
      succeeded(second);
      assert.match(second.stdout, /^\[second\] hello second sees here$/m);
    },
  },
];

/** The run has its Pipeline's name, and an annotation about the upload. */
async function foundUnderItsPipeline(cluster: Cluster, ran: Ran, files: number): Promise<void> {
  const name = /Created PipelineRun (\S+)/.exec(ran.stderr)![1];
  const { kube } = cluster;
  const { metadata } = await kube.get<PipelineRun>(PIPELINE_RUNS, kube.namespace, name);
  assert.equal(metadata.labels?.["tekton.dev/pipeline"], "t-compare");
  const uploaded = JSON.parse(metadata.annotations?.["tkn-dev/upload"] ?? "{}");
  assert.equal(uploaded.files, files);
  assert.match(uploaded.digest, /^[0-9a-f]{64}$/);
}

/**
 * Returns the sha256 of every file of the source, as git lists it, in the format of `sha256sum -c`.
 */
async function sumsOf(root: string): Promise<{ files: number; sums: string }> {
  const listed = await output(root, ["git", "ls-files", "-co", "--exclude-standard", "-z"]);
  const paths = listed.split("\0").filter((path) => path !== "");
  const sums = await Promise.all(
    paths.map(async (path) => `${await sha256(`${root}/${path}`)}  ./${path}\n`),
  );
  return { files: paths.length, sums: sums.join("") };
}

async function sha256(path: string): Promise<string> {
  return (await output("/", ["sha256sum", "--", path])).split(" ")[0];
}

async function commitAll(directory: string, origin: string): Promise<string> {
  const git = (...args: string[]) =>
    output(directory, ["git", "-c", "commit.gpgsign=false", ...args]);
  await git("init", "--quiet");
  await git("remote", "add", "origin", origin);
  await git("add", "-A");
  await git("commit", "--quiet", "-m", "all");
  return (await git("rev-parse", "HEAD")).trim();
}

async function output(cwd: string, [program, ...args]: string[]): Promise<string> {
  const identity = { GIT_AUTHOR_NAME: "t", GIT_AUTHOR_EMAIL: "t@example.com" };
  const committer = { GIT_COMMITTER_NAME: "t", GIT_COMMITTER_EMAIL: "t@example.com" };
  const date = { GIT_COMMITTER_DATE: "1700000000 +0000" };
  const env = { ...identity, ...committer, ...date };
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
