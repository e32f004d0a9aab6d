/** Runs that `start` creates as they are, and runs that start from an earlier one. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { type Claim, CLAIMS } from "../../../src/objects/claims.ts";
import { CONFIG_MAPS } from "../../../src/objects/core.ts";
import {
  PIPELINE_RUNS,
  type PipelineRun,
  TASK_RUNS,
  type TaskRun,
} from "../../../src/tekton/model.ts";
import { startTknDev, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { ended } from "../waiting.ts";

const BINDING = ["-w", "name=source,emptyDir="];

export const startedScenarios: Scenario[] = [
  {
    name: "a run that is started before its claim or its config map waits, and says for what",
    async run({ kube, flags }) {
      const name = `t-late-${crypto.randomUUID().slice(0, 8)}`;
      const claim: Claim = {
        kind: CLAIMS.kind,
        metadata: { name },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
      };
      const config = { kind: CONFIG_MAPS.kind, metadata: { name }, data: { "here.txt": "here" } };
      for (
        const [binding, resource, object, why] of [
          ["claimName", CLAIMS, claim, `persistentvolumeclaim "${name}" not found`],
          ["config", CONFIG_MAPS, config, `FailedMount: .*configmap "${name}" not found`],
        ] as const
      ) {
        const where = ["-w", `name=source,${binding}=${name}`];
        const running = startTknDev(["task", "start", "t-steps", "--showlog", ...where, ...flags]);
        await running.stderrMatch(
          RegExp(`^Note: c\\S+( map)? "${name}" \\(workspace "source"\\): not found in`, "m"),
        );
        await running.stderrMatch(RegExp(`^Waiting for pod \\S+: .*${why}`, "m"));
        const metadata = { ...object.metadata, namespace: kube.namespace };
        await kube.create<KubeObject>(resource, { ...object, metadata });
        const { code, stderr } = await running.ended;
        assert.equal(code, 0, stderr);
        await kube.delete(resource, kube.namespace, name);
      }
    },
  },
  {
    name: "a run as a service account that does not exist is started, and fails",
    async run({ flags }) {
      const words = ["task", "start", "t-say", "-s", "t-no-such", ...flags];
      const { code, stderr } = await tknDev(words);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^Note: service account "t-no-such": not found in namespace /m);
      assert.match(
        stderr,
        /translating TaskSpec to Pod: serviceaccounts "t-no-such" not found\. May/,
      );
    },
  },
  {
    name: "a started Task runs every step, and the exit code is that of its outcome",
    async run({ kube, flags }) {
      const started = await tknDev(["task", "start", "t-say", "-p", "words=a,b", ...flags]);
      assert.equal(started.code, 0, started.stderr);
      assert.match(started.stdout, /words: a b$/m);
      assert.match(started.stdout, /only after success$/m);
      const name = /^Created TaskRun (\S+) in /m.exec(started.stderr)![1];
      const { spec } = await kube.get<TaskRun>(TASK_RUNS, kube.namespace, name);
      assert.equal(spec.taskRef?.name, "t-say");
      const failed = await tknDev(["t", "start", "t-say", "-p", "exit=3", "--showlog", ...flags]);
      assert.equal(failed.code, 1, failed.stderr);
      assert.match(failed.stdout, /ending with 3$/m);
    },
  },
  {
    name: "a started Pipeline does its own clone, with tkn's flags about the run",
    async run({ kube, flags }) {
      const line =
        "pipeline start t-results -E -l team=blue --prefix-name mine --pipeline-timeout 30m";
      const { code, stderr } = await tknDev([...line.split(" "), ...BINDING, ...flags]);
      assert.equal(code, 1, stderr);
      const name = /^Created PipelineRun (mine-\S+) in /m.exec(stderr)![1];
      const { metadata, spec } = await kube.get<PipelineRun>(PIPELINE_RUNS, kube.namespace, name);
      assert.equal(metadata.labels?.team, "blue");
      assert.equal(spec.timeouts?.pipeline, "30m0s");
      assert.deepEqual(spec.pipelineRef?.name, "t-results");
    },
  },
  {
    name: "--output name creates a run and prints its bare name, also of an upload",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const { flags } = cluster;
      const upload = ["task", "upload", "t-steps", directory, ...BINDING, "-o", "name"];
      for (const args of [["task", "start", "t-say", "-o", "NAME"], upload]) {
        const { code, stdout, stderr } = await tknDev([...args, ...flags]);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^t-(say|steps)-run-[a-z0-9]+\n$/);
        const { status } = await ended(cluster, "TaskRun", stdout.trim());
        assert.equal(status?.conditions?.[0].status, "True");
      }
    },
  },
  {
    name: "--last of an upload holds anew, takes the new code, and keeps the other values",
    async run({ kube, flags }, directory) {
      writeTree(directory, tree("file here.txt first"));
      const upload = ["task", "upload", "t-steps", directory, "--timeout", "20m"];
      const first = await tknDev([...upload, ...BINDING, "-p", "greeting=hi", ...flags]);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /hi second sees first$/m);
      await Deno.writeTextFile(`${directory}/here.txt`, "second");
      const again = await tknDev(["task", "upload", "t-steps", directory, "--last", ...flags]);
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stdout, /hi second sees second$/m);
      const name = /^Created TaskRun (\S+) in /m.exec(again.stderr)![1];
      const { spec } = await kube.get<TaskRun>(TASK_RUNS, kube.namespace, name);
      assert.match(spec.timeout!, /^(20m0s600s|30m0s)$/);
    },
  },
];
