/** Flags of uploads that change what is printed, created or run. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import { pipelineRuns, runCount } from "../../support/cluster.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { succeeded, upload, workspace } from "./run_upload.ts";

export const flagScenarios: Scenario[] = [
  {
    name: "--showlogs=false prints the run's name and exits once the run is released",
    async run(cluster, directory) {
      writeTree(directory, tree("file a.txt a"));
      const ran = await upload(cluster, [
        ..."pipeline upload t-results --showlogs=false".split(" "),
        directory,
        ...workspace(cluster, "source"),
      ]);
      succeeded(ran);
      const name = ran.stdout.trim();
      assert.match(name, /^t-results-run-\w+$/);
      const run = (await pipelineRuns(cluster.kube)).find((run) => run.metadata.name === name);
      assert.notEqual(run, undefined);
    },
  },
  {
    name: "--dry-run prints what the cluster would accept, and creates nothing",
    async run(cluster, directory) {
      writeTree(directory, tree("file a.txt a"));
      const before = await runCount(cluster.kube);
      const line = "pipeline upload t-results --dry-run -o json";
      const ran = await upload(cluster, [
        ...line.split(" "),
        directory,
        ...workspace(cluster, "source"),
      ]);
      succeeded(ran);
      const run = JSON.parse(ran.stdout) as PipelineRun;
      assert.equal(run.spec.pipelineSpec?.tasks?.[0].taskSpec?.steps?.length, 1);
      await cluster.kube.create(PIPELINE_RUNS, run, { dryRun: true });
      const yaml = await upload(cluster, [
        ..."task upload t-steps --dry-run -w name=source,emptyDir=".split(" "),
        directory,
      ]);
      succeeded(yaml);
      assert.match(
        yaml.stdout,
        /^# A run of Task t-steps .*\n(# .*\n)+apiVersion: tekton.dev\/v1\n/,
      );
      assert.equal(await runCount(cluster.kube), before);
    },
  },
  {
    name: "--exec names another program, or a whole command line",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      for (const exec of ["busybox", "tar -x -f -", `sh -c 'tar xf - && echo "$0" >&2' "a b"`]) {
        const ran = await upload(cluster, [
          ..."task upload t-steps -w name=source,emptyDir= --exec".split(" "),
          exec,
          directory,
        ]);
        succeeded(ran);
        assert.match(ran.stdout, /second sees here/);
      }
    },
  },
  {
    name: "--upload-image receives the upload if no image of the Task has a shell and tar",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      for (const place of [[], ["--on-step", "no-shell"]]) {
        const ran = await upload(cluster, [
          ..."task upload t-image -w name=source,emptyDir= --upload-image localhost/busybox:1"
            .split(
              " ",
            ),
          ...place,
          directory,
        ]);
        succeeded(ran);
        assert.match(ran.stderr, /^Sent 1 files?, .*, verified$/m);
        assert.match(ran.stdout, /^\[no-tar\] has no tar$/m);
        assert.equal(/^\[no-shell\] has no shell$/m.test(ran.stdout), place.length === 0);
      }
    },
  },
];
