import assert from "node:assert/strict";
import type { Stored } from "../../../../src/kube/interface.ts";
import {
  displayNameOf,
  inTaskOrder,
  isSelected,
  logContainers,
} from "../../../../src/run/logs/log_selection.ts";
import { LABEL, type PipelineRun } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";

function pod(task: string, name: string, second: number, taskRun = `r-${task}`): Stored<Pod> {
  return {
    kind: "Pod",
    metadata: {
      name,
      namespace: "n",
      uid: name,
      resourceVersion: "1",
      creationTimestamp: `2026-01-02T03:04:0${second}Z`,
      labels: { [LABEL.pipelineTask]: task, [LABEL.taskRun]: taskRun },
    },
    spec: {
      containers: [{ name: "step-a" }, { name: "sidecar-db" }, { name: "step-b" }],
      initContainers: [{ name: "prepare" }, { name: "place-scripts" }, { name: "own-init" }],
    },
  };
}

const RUN: PipelineRun = {
  kind: "PipelineRun",
  metadata: { name: "r" },
  spec: {},
  status: {
    pipelineSpec: {
      tasks: [{ name: "one" }, { name: "two", displayName: "Second" }],
      finally: [{ name: "last" }],
    },
    childReferences: [{ name: "r-one", pipelineTaskName: "one", displayName: "First" }],
  },
};

Deno.test("pods come in the Pipeline's order, and the attempts of a task follow each other", () => {
  const pods = [
    pod("last", "last-pod", 9),
    pod("two", "two-pod", 1),
    pod("one", "one-pod-retry1", 5),
    pod("one", "one-pod", 2),
    pod("one", "other-pod", 3, "r-one-1"),
    pod("unknown", "unknown-pod", 0),
  ];
  assert.deepEqual(inTaskOrder(RUN, pods).map(({ metadata }) => metadata.name), [
    "one-pod",
    "one-pod-retry1",
    "other-pod",
    "two-pod",
    "last-pod",
    "unknown-pod",
  ]);
});

Deno.test("attempts that began in one second are in order too", () => {
  const pods = ["p-retry10", "p-retry2", "p"].map((name) => pod("one", name, 1));
  assert.deepEqual(inTaskOrder(RUN, pods).map(({ metadata }) => metadata.name), [
    "p",
    "p-retry2",
    "p-retry10",
  ]);
});

Deno.test("steps are selected by their name, or with their task", () => {
  const selects = (tasks: string[], steps: string[]) =>
    isSelected({ tasks, steps, preparing: false }, pod("one", "p", 1), "step-a");
  assert.ok(selects([], []));
  assert.ok(selects(["two", "one"], ["a"]));
  assert.ok(selects([], ["one/a"]));
  assert.ok(!selects(["two"], []));
  assert.ok(!selects([], ["b", "two/a"]));
});

Deno.test("all logs are those of the steps, and of Tekton's own init containers", () => {
  const steps = { tasks: [], steps: [], preparing: false };
  assert.deepEqual(logContainers(pod("one", "p", 1), steps), ["step-a", "step-b"]);
  assert.deepEqual(logContainers(pod("one", "p", 1), { ...steps, preparing: true }), [
    "prepare",
    "place-scripts",
    "step-a",
    "step-b",
  ]);
});

Deno.test("a display name is that of the TaskRun, else that of the task", () => {
  assert.equal(displayNameOf(RUN, pod("one", "p", 1)), "First");
  assert.equal(displayNameOf(RUN, pod("two", "p", 1)), "Second");
  assert.equal(displayNameOf(RUN, pod("last", "p", 1)), undefined);
});
