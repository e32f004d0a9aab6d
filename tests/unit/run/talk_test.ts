import assert from "node:assert/strict";
import { Talk } from "../../../src/run/talk.ts";
import type { Pod } from "../../../src/tekton/model.ts";
import { Stage } from "./stage.ts";

/** The affinity assistant's; its container is no step. */
const ASSISTANT: Pod = {
  metadata: { name: "affinity-assistant-0" },
  spec: { containers: [{ name: "affinity-assistant", image: "i" }] },
  status: {
    phase: "Running",
    containerStatuses: [{ name: "affinity-assistant", image: "i", state: { running: {} } }],
  },
};

Deno.test("of the pods that run, those of tasks are waited for", async () => {
  await using stage = new Stage();
  const { kube, clock, emit } = stage;
  const live = stage.pipelineRun(["test"]);
  using talk = new Talk({ kube, clock, live, emit });
  talk.stage = "released";
  live.pods.set("affinity-assistant-0", ASSISTANT);
  clock.advance(2_000);
  const pod = stage.pod("test", { a: "running" });
  live.pods.set(pod.metadata.name!, pod);
  clock.advance(2_000);
  assert.deepEqual(stage.events, [
    { kind: "waiting", text: "PipelineRun p-run-1 to go on" },
    { kind: "waiting", text: "test to end" },
  ]);
});
