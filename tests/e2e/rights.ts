/** Users' rights, on a real cluster only: the sandbox has no RBAC. */
import assert from "node:assert/strict";
import { TASK_RUNS } from "../../src/tekton/model.ts";
import { uploadRemote } from "../scenarios/run/resolvers.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { runCount } from "../support/cluster.ts";
import { tknDev } from "../support/program.ts";

export const rightsScenarios: Scenario[] = [
  {
    name: "a missing right is reported with its verb and resource, before anything is created",
    async run(cluster) {
      const foreign = ["-n", "tekton-pipelines"];
      const ran = await tknDev(["task", "upload", "t-steps", ...cluster.flags, ...foreign]);
      assert.equal(ran.code, 3, ran.stderr);
      assert.match(ran.stderr, /^Error: .* may not (get tasks|create taskruns)\b.*403.*\n/);
      assert.match(ran.stderr, /^Hint: .*kubectl auth can-i (get tasks|create taskruns)/m);
    },
  },
  {
    name: "a user without rights to the resolvers gets an error, and may resolve by a probe run",
    async run(cluster, directory) {
      const before = await runCount(cluster.kube);
      const refused = await uploadRemote(cluster, directory, "clone.yaml");
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(
        refused.stderr,
        /^Error: Cannot resolve the Task of task "clone" by "http": you may not create resolutionrequests/m,
      );
      assert.match(refused.stderr, /^Hint: .*--allow-probe/m);
      assert.equal(await runCount(cluster.kube), before);
      const probed = await uploadRemote(cluster, directory, "clone.yaml", "--allow-probe");
      assert.equal(probed.code, 0, probed.stderr + probed.stdout);
      assert.match(probed.stderr, /^Note: Resolving the Task of task "clone" by a probe run/m);
      assert.equal(probed.stdout, "[test : say] t-remote-test sees here of abc\n");
      const runs = await cluster.kube.list(TASK_RUNS, { namespace: cluster.kube.namespace });
      assert.ok(!runs.some(({ metadata }) => metadata.name!.startsWith("tkn-dev-probe-")));
    },
  },
];
