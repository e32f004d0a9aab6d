import assert from "node:assert/strict";
import { cancelRun } from "../../../src/run/cancel_run.ts";
import { refused } from "../../../src/kube/status.ts";
import { LABEL, PIPELINE_RUNS, TASK_RUNS } from "../../../src/tekton/model.ts";
import { FakeKube } from "../../support/fake_kube.ts";

const RUN = { kind: "PipelineRun", namespace: "default", name: "r" } as const;
const CANCELLED = 'patch PipelineRun r {"spec":{"status":"Cancelled"}}';

/** Returns a cluster with a PipelineRun and TaskRuns of two runs, one of which has ended. */
function cluster(status: object): FakeKube {
  const kube = new FakeKube();
  kube.put(PIPELINE_RUNS, { kind: "PipelineRun", metadata: { name: "r" }, spec: {}, status });
  const taskRun = (name: string, run: string, succeeded: string) =>
    kube.put(TASK_RUNS, {
      kind: "TaskRun",
      metadata: { name, labels: { [LABEL.pipelineRun]: run } },
      spec: {},
      status: { conditions: [{ type: "Succeeded", status: succeeded }] },
    });
  taskRun("r-clone", "r", "Unknown");
  taskRun("r-ended", "r", "True");
  taskRun("other-clone", "other", "Unknown");
  kube.changes.length = 0;
  return kube;
}

Deno.test("Tekton cancels the TaskRuns that the status lists", async () => {
  const kube = cluster({ childReferences: [{ name: "r-clone", pipelineTaskName: "clone" }] });
  await cancelRun(kube, RUN);
  assert.deepEqual(kube.changes, [CANCELLED]);
});

Deno.test("before the status lists TaskRuns, those that run are cancelled too", async () => {
  const kube = cluster({});
  await cancelRun(kube, RUN);
  assert.deepEqual(kube.changes, [
    CANCELLED,
    'patch TaskRun r-clone {"spec":{"status":"TaskRunCancelled"}}',
  ]);
});

Deno.test("without the right to list TaskRuns the PipelineRun is cancelled", async () => {
  const kube = cluster({});
  const what = { verb: "list", kind: "TaskRun", server: "s" };
  kube.list = () => Promise.reject(refused(what, { code: 403, message: "no" }));
  await cancelRun(kube, RUN);
  assert.deepEqual(kube.changes, [CANCELLED]);
});
