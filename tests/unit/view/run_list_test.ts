import assert from "node:assert/strict";
import { listedRun } from "../../../src/view/run_list.ts";

Deno.test("the age of a run is in whole seconds", () => {
  const metadata = { name: "r", creationTimestamp: "2026-01-02T03:04:05Z" };
  const run = { kind: "TaskRun" as const, metadata, spec: {} };
  const after = (ms: number) => listedRun(run, Date.parse("2026-01-02T03:04:05Z") + ms);
  assert.deepEqual(after(24_300), { name: "r", status: "Running", age: "24s" });
  assert.equal(after(-5_000).age, "0s");
  assert.equal(after(64_000).age, "1m4s");
});
