import assert from "node:assert/strict";
import type { Stored } from "../../../src/kube/interface.ts";
import { LiveRun } from "../../../src/run/live_run.ts";
import { keepPipelineLabel } from "../../../src/run/metadata.ts";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";

const LABEL = "tekton.dev/pipeline";

function run(label: string, status: PipelineRun["status"] = {}): Stored<PipelineRun> {
  return {
    kind: "PipelineRun",
    metadata: { name: "p-run-0", namespace: "default", uid: "u", labels: { [LABEL]: label } },
    spec: {},
    status,
  };
}

const ENDED = { conditions: [{ type: "Succeeded", status: "True" as const }] };
const PATCH = `patch PipelineRun p-run-0 {"metadata":{"labels":{"${LABEL}":"build"}}}`;

Deno.test("the Pipeline's name is restored each time that Tekton overwrites the label", async () => {
  const kube = new FakeKube();
  await using live = new LiveRun(kube, run("build"), new FakeClock());
  const { signal } = new AbortController();
  const kept = keepPipelineLabel(kube, live, signal);
  for (const times of [1, 2]) {
    kube.put(PIPELINE_RUNS, run("p-run-0"));
    const isBack = () => live.run.metadata.labels![LABEL] === "build";
    await live.until(() => kube.changes.length === times && isBack() || undefined, signal);
  }
  kube.put(PIPELINE_RUNS, run("build", ENDED));
  await kept;
  assert.deepEqual(kube.changes, [PATCH, PATCH]);
});

Deno.test("a label that is never seen restored does not outlast the run", async () => {
  const kube = new FakeKube();
  await using live = new LiveRun(kube, run("build"), new FakeClock());
  const { signal } = new AbortController();
  const kept = keepPipelineLabel(kube, live, signal);
  kube.put(PIPELINE_RUNS, run("p-run-0"));
  await live.until(() => kube.changes.length === 1 || undefined, signal);
  kube.put(PIPELINE_RUNS, run("p-run-0", ENDED));
  await kept;
  assert.deepEqual(new Set(kube.changes), new Set([PATCH]));
});
