import assert from "node:assert/strict";
import type { Outcome, TaskOutcome } from "../../../src/events.ts";
import { escapeXml, JunitReport, renderJunit } from "../../../src/view/junit.ts";

function outcome(tasks: TaskOutcome[], rest: Partial<Outcome> = {}): Outcome {
  return {
    succeeded: false,
    resource: "PipelineRun",
    name: "build-run-1",
    reason: "Failed",
    message: "Tasks Completed: 1",
    elapsedMs: 61_500,
    tasks,
    ...rest,
  };
}

function cases(tasks: TaskOutcome[], rest: Partial<Outcome> = {}): string[] {
  return renderJunit(outcome(tasks, rest)).split("\n").slice(3, -3).map((line) => line.trim());
}

Deno.test("a run is a suite, and each of its steps a case", () => {
  const report = new JunitReport();
  assert.equal(report.render(), undefined);
  for (const line of ["ok 1", "not ok 2 <&>\x1b[31m!\x1b[0m\x00 caf\udce9"]) {
    report.add({ kind: "log", task: "test", step: "unit", line });
  }
  report.add({ kind: "log", task: "test", step: "other", line: "not this" });
  report.add({
    kind: "ended",
    outcome: outcome([
      {
        name: "clone",
        status: "succeeded",
        elapsedMs: 2_000,
        steps: [{ name: "git", status: "succeeded", exitCode: 0, elapsedMs: 1_500 }],
      },
      {
        name: "test",
        status: "failed",
        elapsedMs: 9_000,
        message: '"step-unit" exited with code 3',
        failedStep: { step: "unit", exitCode: 3 },
        steps: [
          { name: "unit", status: "failed", exitCode: 3, reason: "Error", elapsedMs: 3_000 },
          { name: "after", status: "skipped", exitCode: 1, reason: "Skipped" },
        ],
      },
      { name: "deploy", status: "skipped", message: "PipelineRun was stopping" },
    ]),
  });
  assert.equal(
    report.render(),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="0" skipped="2" time="61.500">
  <testsuite name="PipelineRun build-run-1" tests="4" failures="1" errors="0" skipped="2" time="61.500">
    <testcase classname="clone" name="git" time="1.500"/>
    <testcase classname="test" name="unit" time="3.000">
      <failure message="exit code 3 after 3.0s" type="Error">&quot;step-unit&quot; exited with code 3
ok 1
not ok 2 &lt;&amp;&gt;! caf\ufffd</failure>
    </testcase>
    <testcase classname="test" name="after" time="0.000">
      <skipped message="Skipped"/>
    </testcase>
    <testcase classname="deploy" name="deploy" time="0.000">
      <skipped message="PipelineRun was stopping"/>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});

Deno.test("a task that fails without a failed step, or is cancelled, is a case itself", () => {
  assert.deepEqual(cases([{ name: "t", status: "failed", message: "no image\nat all" }]), [
    '<testcase classname="t" name="t" time="0.000">',
    '<failure message="no image" type="failed">no image',
    "at all</failure>",
    "</testcase>",
  ]);
  const steps = [{ name: "s", status: "succeeded" as const, exitCode: 0 }];
  assert.match(cases([{ name: "t", status: "cancelled", steps }])[2], /type="cancelled"/);
});

Deno.test("a run that fails without a failed task is a case itself", () => {
  assert.deepEqual(cases([], { reason: "CouldntGetPipeline", message: "no Pipeline p" }).slice(1), [
    '<failure message="no Pipeline p" type="CouldntGetPipeline">no Pipeline p</failure>',
    "</testcase>",
  ]);
  assert.deepEqual(cases([{ name: "t", status: "succeeded" }], { succeeded: true }), [
    '<testcase classname="t" name="t" time="0.000"/>',
  ]);
});

Deno.test("the limit of a step that ran out of memory is in its failure", () => {
  const failed = { step: "s", exitCode: 137, reason: "OOMKilled", limit: "64Mi" };
  const steps = [{ name: "s", status: "failed" as const, exitCode: 137, reason: "OOMKilled" }];
  assert.match(
    cases([{ name: "t", status: "failed", failedStep: failed, steps }])[1],
    /message="exit code 137 \(OOMKilled\), limit 64Mi" type="OOMKilled"/,
  );
});

Deno.test("in a TaskRun, lines have no task; in a matrix, tasks share theirs", () => {
  const steps = [{ name: "s", status: "failed" as const, exitCode: 1 }];
  const asked: string[] = [];
  const linesOf = (task: string, step: string) => {
    asked.push(`${task}/${step}`);
    return [];
  };
  renderJunit(outcome([{ name: "t", status: "failed", steps }], { resource: "TaskRun" }), linesOf);
  renderJunit(outcome([{ name: "t (run-t-0)", status: "failed", steps }]), linesOf);
  assert.deepEqual(asked, ["/s", "t/s"]);
});

Deno.test("XML has no control characters and no markup from outside", () => {
  const every = Array.from({ length: 0x120 }, (_, code) => String.fromCharCode(code)).join("");
  // deno-lint-ignore no-control-regex
  const forbidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/;
  assert.doesNotMatch(escapeXml(every + "\ufffe\uffff"), forbidden);
  assert.equal(escapeXml('a\tb\n<"&">'), "a\tb\n&lt;&quot;&amp;&quot;&gt;");
  assert.equal(escapeXml("\x1b]8;;http://x\x07link\x1b[1;31mred"), "linkred");
  assert.equal(escapeXml("🎉\udce9"), "🎉\ufffd");
});
