import assert from "node:assert/strict";
import { deadlineMs } from "../../../src/tekton/deadline.ts";
import type { PipelineRun, TaskRun } from "../../../src/tekton/model.ts";

const metadata = { name: "x" };
const status = { startTime: "2026-01-01T10:00:00Z" };
const at = (text: string) => Date.parse(`2026-01-01T${text}Z`);

const taskRun = (timeout?: string): TaskRun => ({
  kind: "TaskRun",
  metadata,
  spec: { timeout },
  status,
});
const pipelineRun = (timeouts: PipelineRun["spec"]["timeouts"]): PipelineRun => ({
  kind: "PipelineRun",
  metadata,
  spec: { timeouts },
  status,
});

Deno.test("a run ends when its timeout has passed since its start", () => {
  assert.equal(deadlineMs(taskRun("1h0m0s600s")), at("11:10:00"));
  assert.equal(deadlineMs(pipelineRun({ pipeline: "1h", tasks: "30m" })), at("10:30:00"));
});

Deno.test("a run without a timeout, or that has not started, has no deadline", () => {
  assert.equal(deadlineMs(taskRun()), undefined);
  assert.equal(deadlineMs(taskRun("0")), undefined);
  assert.equal(deadlineMs(pipelineRun(undefined)), undefined);
  assert.equal(deadlineMs({ ...taskRun("1h"), status: undefined }), undefined);
});
