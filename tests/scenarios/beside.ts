/** Runs of ours beside those of others: what tkn reads of them, and what becomes of their copies. */
import assert from "node:assert/strict";
import { LABEL, TASK_RUNS, type TaskRun } from "../../src/tekton/model.ts";
import { taskNameOf } from "../../src/tekton/task_name.ts";
import type { Cluster } from "../support/cluster.ts";
import { type Ran, tknDev } from "../support/program.ts";
import { tree, writeTree } from "../support/tree_text.ts";
import type { Scenario } from "./scenario.ts";

export const besideScenarios: Scenario[] = [
  {
    name: "no TaskRun of an upload has the label by which tkn counts on a taskRef, and has none",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const uploads = [
        ["task", "t-steps", []],
        ["pipeline", "t-results", ["--on-task", "clone"]],
      ] as const;
      for (const [noun, name, more] of uploads) {
        const binding = "name=source,emptyDir=";
        const args = [noun, "upload", name, directory, "-w", binding, ...more, ...cluster.flags];
        const ran = await tknDev(args);
        assert.equal(ran.code, 0, ran.stderr + ran.stdout);
        const runs = await taskRunsOf(cluster, ran);
        assert.ok(runs.length > 0);
        for (const { metadata: { labels = {} }, spec } of runs) {
          const says = [LABEL.task, LABEL.clusterTask].some((label) => label in labels);
          assert.equal(says, spec.taskRef !== undefined, JSON.stringify(labels));
        }
        if (noun === "task") assert.equal(taskNameOf(runs[0].metadata.labels), name);
      }
    },
  },
];

/** The run itself, or those of a PipelineRun. */
async function taskRunsOf({ kube }: Cluster, ran: Ran): Promise<TaskRun[]> {
  const [, run] = /^Created (?:PipelineRun|TaskRun) (\S+)/m.exec(ran.stderr)!;
  const all = await kube.list<TaskRun>(TASK_RUNS, { namespace: kube.namespace });
  return all.filter(({ metadata }) =>
    metadata.name === run || metadata.labels?.[LABEL.pipelineRun] === run
  );
}
