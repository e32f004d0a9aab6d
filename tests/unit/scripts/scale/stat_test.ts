import assert from "node:assert/strict";
import { family, parseStat } from "../../../../scripts/scale/stat.ts";

const LINE = "42 (a) b (c) S 7 42 42 0 -1 4194304 100 0 0 0 12 3 40 5 20 0 1 0 9000 1000 100";

Deno.test("a process's times are read, whatever its name contains", () => {
  assert.deepEqual(parseStat(LINE), {
    pid: 42,
    name: "a) b (c",
    parent: 7,
    ownTicks: 15,
    reapedTicks: 45,
    startTicks: 9000,
  });
});

Deno.test("an ended process has no times", () => {
  assert.equal(parseStat(""), undefined);
});

Deno.test("a family is a process and all its descendants", () => {
  const all = [[1, 0], [2, 1], [3, 2], [4, 1], [5, 9]].map(([pid, parent]) => ({
    ...parseStat(LINE)!,
    pid,
    parent,
  }));
  assert.deepEqual(family(all[1], all).map(({ pid }) => pid), [2, 3]);
  assert.deepEqual(family(all[0], all).map(({ pid }) => pid), [1, 2, 4, 3]);
});
