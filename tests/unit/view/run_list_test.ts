import assert from "node:assert/strict";
import { chosenRun, listedRun, renderRunList } from "../../../src/view/run_list.ts";

const RUNS = [
  { name: "build-run-2", status: "Failed", age: "24s" },
  { name: "b-run-1", status: "Running", age: "1m4s" },
];

Deno.test("runs are listed with their status and age, before the question", () => {
  assert.equal(
    renderRunList(RUNS),
    "1  build-run-2  Failed   started 24s ago\n" +
      "2  b-run-1      Running  started 1m4s ago\n" +
      "Which run? Its number or name, or Enter for 1: ",
  );
});

Deno.test("a number, a name or Enter chooses a run", () => {
  const at = (line: string) => chosenRun(RUNS, line).at;
  assert.deepEqual(["", "1", " 2\r", "b-run-1", "0", "3", "b-run", "-1"].map(at), [
    0,
    0,
    1,
    1,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assert.match(chosenRun(RUNS, "\x1b[2J").question, /^No run "\\x1b\[2J" in the list\. Which run/);
});

Deno.test("the age of a run is in whole seconds", () => {
  const metadata = { name: "r", creationTimestamp: "2026-01-02T03:04:05Z" };
  const run = { kind: "TaskRun" as const, metadata, spec: {} };
  const after = (ms: number) => listedRun(run, Date.parse("2026-01-02T03:04:05Z") + ms);
  assert.deepEqual(after(24_300), { name: "r", status: "Running", age: "24s" });
  assert.equal(after(-5_000).age, "0s");
  assert.equal(after(64_000).age, "1m4s");
});
