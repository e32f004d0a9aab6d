import assert from "node:assert/strict";
import { newPipelineRun, newTaskRun } from "../../../src/tekton/new_run.ts";
import { raiseRunTimeouts, withRaisedTimeout } from "../../../src/tekton/timeouts.ts";

const ASKED = {
  name: "build",
  namespace: "ns",
  params: [],
  workspaces: [],
  prefix: "mine",
  serviceAccount: "sa",
  podTemplate: { nodeSelector: { disk: "ssd" } },
};
const CLOCKS = { pauseSeconds: 600, defaultTimeout: "1h0m0s" };

Deno.test("a PipelineRun has what the flags say", () => {
  const { metadata, spec } = newPipelineRun({
    ...ASKED,
    taskAccounts: [{ task: "test", serviceAccount: "other" }],
    timeouts: { pipeline: "2h0m0s", finally: undefined },
  });
  assert.equal(metadata.generateName, "mine-");
  assert.deepEqual(spec, {
    pipelineRef: { name: "build" },
    params: [],
    workspaces: [],
    taskRunTemplate: { serviceAccountName: "sa", podTemplate: ASKED.podTemplate },
    taskRunSpecs: [{ pipelineTaskName: "test", serviceAccountName: "other" }],
    timeouts: { pipeline: "2h0m0s" },
  });
});

Deno.test("a TaskRun has what the flags say", () => {
  const { spec } = newTaskRun({ ...ASKED, timeouts: { task: "0s" } });
  assert.deepEqual(spec, {
    taskRef: { name: "build" },
    params: [],
    workspaces: [],
    serviceAccountName: "sa",
    podTemplate: ASKED.podTemplate,
    timeout: "0s",
  });
  assert.equal(withRaisedTimeout(spec, 1, CLOCKS).timeout, "0s");
});

Deno.test("an upload raises the timeouts of the run and its tasks, not that of finally, and not 0", () => {
  const raised = (timeouts: Record<string, string>) =>
    raiseRunTimeouts(newPipelineRun({ ...ASKED, timeouts }), { tasks: [] }, ["clone"], CLOCKS).spec
      .timeouts;
  assert.deepEqual(raised({ pipeline: "2h0m0s", tasks: "1h0m0s", finally: "30m0s" }), {
    pipeline: "2h0m0s600s",
    tasks: "1h0m0s600s",
    finally: "30m0s",
  });
  assert.deepEqual(raised({ pipeline: "0s", tasks: "0s" }), { pipeline: "0s", tasks: "0s" });
});
