import assert from "node:assert/strict";
import type { PipelineRun } from "../../../src/tekton/model.ts";
import {
  raisedTimeout,
  raiseRunTimeouts,
  withRaisedTimeout,
} from "../../../src/tekton/timeouts.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";

const CLOCKS = { pauseSeconds: 600, defaultTimeout: "1h0m0s" };
const PIPELINE = { tasks: [{ name: "clone" }, { name: "test" }], finally: [{ name: "tidy" }] };

function run(spec: PipelineRun["spec"] = {}): PipelineRun {
  return deepFreeze({ kind: "PipelineRun", metadata: { name: "r" }, spec });
}

/** Returns the run's timeouts if these tasks hold. */
function raised(timeouts: PipelineRun["spec"]["timeouts"], ...held: string[]) {
  return raiseRunTimeouts(run({ timeouts }), PIPELINE, held, CLOCKS).spec.timeouts;
}

Deno.test("a timeout is raised by the pause, unless it is unlimited", () => {
  assert.equal(raisedTimeout("90s", 600), "90s600s");
  assert.equal(raisedTimeout("1h0m0s", 600), "1h0m0s600s");
  for (const unlimited of ["0", "0s", "0h0m0s", "0.0s"]) {
    assert.equal(raisedTimeout(unlimited, 600), unlimited);
  }
  assert.equal(raisedTimeout(undefined, 600), undefined);
});

Deno.test("a missing timeout becomes the cluster's default, raised; an unknown default is not", () => {
  assert.deepEqual(withRaisedTimeout({}, 2, CLOCKS), { timeout: "1h0m0s1200s" });
  assert.deepEqual(withRaisedTimeout({ timeout: "5m" }, 1, CLOCKS), { timeout: "5m600s" });
  assert.deepEqual(withRaisedTimeout({}, 1, { pauseSeconds: 600 }), {});
  assert.deepEqual(withRaisedTimeout({}, 1, { pauseSeconds: 600, defaultTimeout: "0s" }), {
    timeout: "0s",
  });
});

Deno.test("a run's timeouts are raised if they cover the held task", () => {
  assert.deepEqual(raised(undefined, "clone"), { pipeline: "1h0m0s600s" });
  assert.deepEqual(raised({ pipeline: "5m" }, "clone"), { pipeline: "5m600s" });
  const all = { pipeline: "1h", tasks: "40m", finally: "20m" };
  assert.deepEqual(raised(all, "clone"), {
    pipeline: "1h600s",
    tasks: "40m600s",
    finally: "20m",
  });
  assert.deepEqual(raised(all, "tidy"), { pipeline: "1h600s", tasks: "40m", finally: "20m600s" });
  assert.deepEqual(raised(all, "clone", "clone", "tidy"), {
    pipeline: "1h1800s",
    tasks: "40m1200s",
    finally: "20m600s",
  });
  assert.deepEqual(raised(all), all);
});

Deno.test("a timeout that the run sets for a held task is raised, and for others stays", () => {
  const taskRunSpecs = [
    { pipelineTaskName: "clone", timeout: "5m" },
    { pipelineTaskName: "test", timeout: "6m" },
    { pipelineTaskName: "tidy", serviceAccountName: "s" },
  ];
  const { spec } = raiseRunTimeouts(run({ taskRunSpecs }), PIPELINE, ["clone", "tidy"], CLOCKS);
  assert.deepEqual(spec.taskRunSpecs, [
    { pipelineTaskName: "clone", timeout: "5m600s" },
    { pipelineTaskName: "test", timeout: "6m" },
    { pipelineTaskName: "tidy", serviceAccountName: "s" },
  ]);
});

Deno.test("an unknown default of the cluster stays", () => {
  const { spec } = raiseRunTimeouts(run(), PIPELINE, ["clone"], { pauseSeconds: 600 });
  assert.equal(spec.timeouts, undefined);
});
