/**
 * What of the cluster's objects is relied on while a run is followed: an answer in which it is something
 * else is refused, with words, where it comes in. Source: model.ts.
 */
import type { Shape } from "../kube/interface.ts";

const CONDITIONS: Shape = [{ type: "name", status: "name", reason: "text", message: "text" }];

const TERMINATED: Shape = { exitCode: "number", reason: "text", message: "text" };

const TIMES = { startTime: "text", completionTime: "text" } as const;
const TASKS: Shape = [{ name: "name" }];
const PIPELINE_SPEC: Shape = { tasks: TASKS, finally: TASKS };

export const TASK_RUN_SHAPE: Shape = {
  spec: { taskRef: { name: "text" }, params: [{ name: "name" }], workspaces: [{ name: "name" }] },
  status: {
    ...TIMES,
    conditions: CONDITIONS,
    podName: "text",
    steps: [{
      name: "text",
      container: "text",
      terminated: TERMINATED,
      running: {},
      terminationReason: "text",
    }],
    results: [{ name: "name" }],
  },
};

export const PIPELINE_RUN_SHAPE: Shape = {
  spec: { pipelineSpec: PIPELINE_SPEC },
  status: {
    ...TIMES,
    conditions: CONDITIONS,
    childReferences: [{ name: "name", pipelineTaskName: "text" }],
    skippedTasks: [{ name: "name", reason: "text" }],
    pipelineSpec: PIPELINE_SPEC,
  },
};
