import assert from "node:assert/strict";
import type { TaskProgress } from "../../../src/events.ts";
import { renderRunStatus, type RunStatus } from "../../../src/view/run_status.ts";
import { styles } from "../../../src/view/text/style.ts";
import { widthOf } from "../../../src/view/text/width.ts";

const TASKS: TaskProgress[] = [
  { name: "clone", status: "succeeded", elapsedMs: 4_900 },
  { name: "integration-tests", status: "running", elapsedMs: 72_000 },
  { name: "lint", status: "failed", elapsedMs: 3_000 },
  { name: "build", status: "pending" },
];

function line(columns: number, status: Partial<RunStatus> = {}): string {
  const whole = { tasks: TASKS, elapsedMs: 83_000, ...status };
  return renderRunStatus(whole, { columns, styles: styles(false) });
}

Deno.test("each task has a mark and its time; the run's time and an obstacle follow", () => {
  const all = "✓ clone 4s  ● integration-tests 1m12s  ✗ lint 3s  ○ build  | 1m23s";
  assert.equal(line(100), all);
  assert.equal(line(100, { waiting: "pod b: pulling" }), `${all} | pod b: pulling`);
  assert.equal(line(all.length + 10, { waiting: "pod b: pulling" }), `${all} | pod b:…`);
});

Deno.test("times of ended tasks go first, then the middle of names, then the names", () => {
  assert.equal(line(63), "✓ clone  ● integration-tests 1m12s  ✗ lint  ○ build  | 1m23s");
  assert.equal(line(58), "✓ clone  ● integr…tests 1m12s  ✗ lint  ○ build  | 1m23s");
  assert.equal(line(50), "1 done, 1 failed, 1 running, 1 waiting | 1m23s");
  assert.equal(line(20), "1 done, 1 failed, 1…");
});

Deno.test("200 tasks are counts; no line is wider than the terminal", () => {
  const status = (at: number) => at < 12 ? "succeeded" : at < 15 ? "running" : "pending";
  const tasks = Array.from({ length: 200 }, (_, at): TaskProgress => {
    return { name: `task-${at}`, status: status(at), elapsedMs: 1_000 };
  });
  assert.equal(line(110, { tasks }), "12 done, 3 running, 185 waiting | 1m23s");
  for (let columns = 1; columns < 120; columns++) {
    for (const waiting of [undefined, "pod x: pulling image y"]) {
      assert.ok([...line(columns, { waiting })].length <= columns, `${columns} columns`);
    }
  }
});

Deno.test("a held task says so, with its time, however narrow the line is", () => {
  const tasks: TaskProgress[] = [
    { name: "clone", status: "succeeded", elapsedMs: 4_000 },
    { name: "integration-tests", status: "held", elapsedMs: 72_000 },
  ];
  assert.equal(line(80, { tasks }), "✓ clone 4s  ‖ integration-tests 1m12s held  | 1m23s");
  assert.equal(line(45, { tasks }), "✓ clone  ‖ integr…tests 1m12s held  | 1m23s");
  assert.equal(line(30, { tasks }), "1 done, 1 held | 1m23s");
});

Deno.test("characters that take two columns are counted so", () => {
  const tasks: TaskProgress[] = [
    { name: "構築と試験と配布と公開の仕事", status: "running" },
    { name: "e\u0301tape", status: "pending" },
  ];
  assert.equal(line(80, { tasks }), "● 構築と試験と配布と公開の仕事  ○ e\u0301tape  | 1m23s");
  assert.equal(line(44, { tasks }), "● 構築と試験…開の仕事  ○ e\u0301tape  | 1m23s");
  for (let columns = 1; columns < 80; columns++) {
    for (const waiting of [undefined, "pod 構築: 構築と試験と配布"]) {
      const text = line(columns, { tasks, waiting });
      assert.ok(widthOf(text) <= columns, `${columns} columns: ${text}`);
    }
  }
});

Deno.test("names of the cluster are escaped", () => {
  const tasks: TaskProgress[] = [{ name: "\x1b[2Ja", status: "running" }];
  assert.equal(line(80, { tasks }), "● \\x1b[2Ja  | 1m23s");
});
