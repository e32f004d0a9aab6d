import assert from "node:assert/strict";
import { eventsPage } from "../../../scripts/docs/events_page.ts";
import type { Outcome } from "../../../src/events.ts";
import { eventLine, type ProgramEvent } from "../../../src/view/event_line.ts";
import {
  EVENT_KINDS,
  type FieldSchema,
  OBJECTS,
  OUTCOME_FIELDS,
} from "../../../src/view/event_schema.ts";
import { OutcomeReport } from "../../../src/view/outcome_document.ts";
import page from "../../../docs/reference/events.md" with { type: "text" };

const OUTCOME: Outcome = {
  succeeded: false,
  resource: "PipelineRun",
  name: "r",
  reason: "Failed",
  message: "no",
  elapsedMs: 2_000,
  tasks: [{
    name: "test",
    status: "failed",
    elapsedMs: 1_000,
    message: "no",
    uploaded: true,
    failedStep: { step: "unit", exitCode: 137, reason: "OOMKilled", limit: "64Mi" },
    steps: [{ name: "unit", status: "failed", exitCode: 137, reason: "OOMKilled", elapsedMs: 1 }],
  }],
};

/** An event of each kind with every field. */
const EVENTS: { [Kind in ProgramEvent["kind"]]: Extract<ProgramEvent, { kind: Kind }> } = {
  created: { kind: "created", resource: "TaskRun", name: "r", namespace: "n" },
  note: { kind: "note", text: "a", lines: ["b"] },
  waiting: { kind: "waiting", text: "it", isWork: true },
  tasks: { kind: "tasks", tasks: OUTCOME.tasks, elapsedMs: 2 },
  paused: { kind: "paused", place: "test", pod: "p", afterMs: 1 },
  sending: { kind: "sending", files: 1, bytes: 2, totalFiles: 3, totalBytes: 4, elapsedMs: 5 },
  sent: {
    kind: "sent",
    files: 1,
    bytes: 2,
    elapsedMs: 3,
    verified: true,
    wireBytes: 4,
    unchanged: 5,
    unchangedMs: 6,
    removed: 7,
  },
  released: { kind: "released" },
  log: {
    kind: "log",
    task: "t",
    displayName: "T",
    step: "s",
    line: "caf\udce9 \x1b[0m",
    time: "2026-01-02T03:04:05.6789Z",
    part: "first",
  },
  ended: { kind: "ended", outcome: OUTCOME },
  error: { kind: "error", message: "m", hint: "h", exitCode: 3 },
};

function parsed(event: ProgramEvent): Record<string, unknown> {
  const line = eventLine(event, Date.parse("2026-01-02T03:04:05.678Z"));
  assert.ok(!line.includes("\n") && line.isWellFormed());
  return JSON.parse(line);
}

/** Throws unless the object has exactly the fields of the schema, with their types. */
function check(object: Record<string, unknown>, fields: Readonly<Record<string, FieldSchema>>) {
  assert.deepEqual(Object.keys(object).sort(), Object.keys(fields).sort());
  for (const [name, { type }] of Object.entries(fields)) {
    checkType(object[name], type.replace("?", ""), name);
  }
}

function checkType(value: unknown, type: string, name: string): void {
  if (type.endsWith("[]")) {
    assert.ok(Array.isArray(value), name);
    for (const one of value) checkType(one, type.slice(0, -2), name);
  } else if (type in OBJECTS) check(value as Record<string, unknown>, OBJECTS[type]);
  else assert.equal(typeof value, type, name);
}

for (const [kind, event] of Object.entries(EVENTS)) {
  Deno.test(`the schema has every field of the event ${kind}`, () => {
    const { version, at, kind: written, ...fields } = parsed(event);
    assert.deepEqual([version, at, written], [1, "2026-01-02T03:04:05.678Z", kind]);
    check(fields, EVENT_KINDS[event.kind].fields);
  });
}

Deno.test("the schema has every field of the outcome document", () => {
  const report = new OutcomeReport();
  for (const event of Object.values(EVENTS)) if (event.kind !== "error") report.add(event);
  const whole = report.document(3, { message: "m", hint: "h" });
  check(JSON.parse(JSON.stringify(whole)), OUTCOME_FIELDS);
  assert.deepEqual(whole.run, { resource: "TaskRun", name: "r", namespace: "n" });
  assert.deepEqual(whole.outcome, OUTCOME);
});

Deno.test("the outcome document has what is known", () => {
  assert.deepEqual(new OutcomeReport().document(0), { version: 1, exitCode: 0 });
  const report = new OutcomeReport();
  report.about({ resource: "PipelineRun", name: "r", namespace: "n" });
  report.add(EVENTS.sent);
  assert.deepEqual(Object.keys(report.document(1)), ["version", "exitCode", "run", "upload"]);
});

Deno.test("the page of the schema is as generated: deno task docs", () => {
  assert.equal(page, eventsPage());
});

Deno.test("bytes that are not UTF-8 survive in JSON", () => {
  assert.equal(parsed(EVENTS.log).line, "caf\udce9 \x1b[0m");
});
