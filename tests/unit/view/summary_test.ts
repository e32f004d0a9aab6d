import assert from "node:assert/strict";
import { renderSummary } from "../../../src/view/summary.ts";
import failed from "../../golden/summary_failed.txt" with { type: "text" };
import failedColor from "../../golden/summary_failed_color.txt" with { type: "text" };
import succeeded from "../../golden/summary_succeeded.txt" with { type: "text" };
import { SUCCEEDED, viewGoldens } from "./view_goldens.ts";

Deno.test("a successful run is shown as a table and a sentence", () => {
  assert.equal(viewGoldens["summary_succeeded.txt"](), succeeded);
});

Deno.test("a failed run has the reason below each failed task", () => {
  assert.equal(viewGoldens["summary_failed.txt"](), failed);
  assert.equal(viewGoldens["summary_failed_color.txt"](), failedColor);
});

Deno.test("a run without tasks is shown as a sentence with its reason", () => {
  const outcome = {
    succeeded: false,
    resource: "TaskRun" as const,
    name: "build-run-1",
    reason: "TaskRunTimeout",
    message: "",
    tasks: [],
  };
  assert.equal(
    renderSummary(outcome, { color: false }),
    "TaskRun build-run-1 failed (TaskRunTimeout)\n",
  );
  assert.equal(
    renderSummary({ ...outcome, message: "it took\ntoo long" }, { color: false }),
    "TaskRun build-run-1 failed (TaskRunTimeout): it took\n  too long\n",
  );
});

Deno.test("colors do not move the columns", () => {
  const color = renderSummary(SUCCEEDED, { color: true });
  // deno-lint-ignore no-control-regex
  assert.equal(color.replace(/\x1b\[\d+m/g, ""), renderSummary(SUCCEEDED, { color: false }));
});

Deno.test("a pod that pod security refuses comes with a hint", () => {
  const message = 'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot';
  const shown = renderSummary({
    succeeded: false,
    resource: "TaskRun",
    name: "r",
    reason: "PodAdmissionFailed",
    message,
    tasks: [{ name: "t", status: "failed", message }],
  }, { color: false });
  assert.match(shown, /^ {2}pods "x" is forbidden.*\n {2}Hint: each step needs a securityContext/m);
});
