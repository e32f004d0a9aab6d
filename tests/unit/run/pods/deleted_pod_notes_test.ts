import assert from "node:assert/strict";
import { missingLogNotes } from "../../../../src/run/pods/deleted_pod_notes.ts";
import type { StepState, TaskRun } from "../../../../src/tekton/model.ts";

const CREATED = "2026-01-02T03:04:05Z";
const LATER = "2026-01-02T03:04:09Z";

function taskRun(...steps: Omit<StepState, "name">[]): TaskRun {
  return {
    kind: "TaskRun",
    metadata: { name: "r", creationTimestamp: CREATED },
    spec: {},
    status: { podName: "p", steps: steps.map((step, at) => ({ name: `s${at}`, ...step })) },
  };
}

const STATES: [begun: boolean, what: string, run: TaskRun][] = [
  [true, "ended", taskRun({ terminated: { exitCode: 0, startedAt: LATER } })],
  [true, "runs", taskRun({ running: { startedAt: LATER } })],
  [
    true,
    "started in the second of the TaskRun's creation",
    taskRun({ terminated: { exitCode: 0, startedAt: CREATED }, imageID: "sha256:1" }),
  ],
  [false, "waits", taskRun({ waiting: { reason: "ImagePullBackOff" } })],
  [false, "has no container yet", taskRun()],
  [
    false,
    "was cancelled before, while the container of the second step waited for it",
    taskRun(
      { terminated: { exitCode: 1, startedAt: CREATED, reason: "TaskRunCancelled" } },
      { terminated: { exitCode: 1, startedAt: LATER }, imageID: "sha256:1" },
    ),
  ],
];

for (const [begun, what, run] of STATES) {
  Deno.test(`of a deleted pod whose first step ${what}, ${begun ? "a" : "no"} log is missed`, () => {
    const notes = missingLogNotes([run], () => false);
    const note = "Pod p of TaskRun r is gone, and its logs with it";
    assert.deepEqual(notes, begun ? [note] : []);
  });
}
