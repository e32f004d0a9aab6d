import assert from "node:assert/strict";
import type { RunEvent } from "../../../../src/events.ts";
import { EventRelay } from "../../../../src/run/ahead/event_relay.ts";

const CREATED: RunEvent = {
  kind: "created",
  resource: "PipelineRun",
  name: "p-run-1",
  namespace: "default",
};

function line(text: string): RunEvent {
  return { kind: "log", task: "lint", step: "s", line: text };
}

Deno.test("events that still matter arrive in order once somebody takes them", () => {
  const relay = new EventRelay();
  const progress: RunEvent[] = [
    { kind: "waiting", text: "pod x: starting" },
    { kind: "tasks", tasks: [], elapsedMs: 1 },
    { kind: "sending", files: 1, bytes: 1, totalFiles: 1, totalBytes: 1, elapsedMs: 1 },
  ];
  relay.emit(CREATED);
  progress.forEach(relay.emit);
  relay.emit(line("early"));
  const events: RunEvent[] = [];
  relay.passTo((event) => events.push(event));
  assert.deepEqual(events, [CREATED, line("early")]);
  relay.emit({ kind: "released" });
  progress.forEach(relay.emit);
  assert.deepEqual(events.slice(2), [{ kind: "released" }, ...progress]);
});

Deno.test("a task that prints without end takes bounded memory, and its loss is noted", () => {
  const relay = new EventRelay();
  relay.emit(CREATED);
  for (let at = 0; at < 5_000; at++) relay.emit(line(`${at}`));
  relay.emit({ kind: "note", text: "kept" });
  const events: RunEvent[] = [];
  relay.passTo((event) => events.push(event));
  assert.equal(events.length, 1_002);
  assert.deepEqual(events.slice(999), [
    line("998"),
    { kind: "note", text: "kept" },
    { kind: "note", text: "4001 log lines from before the upload are left out" },
  ]);
});
