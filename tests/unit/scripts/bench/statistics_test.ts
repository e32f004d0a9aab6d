import assert from "node:assert/strict";
import { figure, median, ratio } from "../../../../scripts/bench/report/statistics.ts";

Deno.test("a median is the middle value, or between the two middle ones", () => {
  assert.equal(median([3, 100, 1]), 3);
  assert.equal(median([4, 1, 100, 2]), 3);
  assert.throws(() => median([]));
});

Deno.test("a figure has the lowest and the highest round", () => {
  assert.deepEqual(figure([3, 100, 1]), { value: 3, low: 1, high: 100 });
});

Deno.test("a ratio is the ratio of medians, and its spread the spread of rounds", () => {
  assert.deepEqual(ratio([1, 2, 30], [2, 4, 60]), { value: 0.5, low: 0.5, high: 0.5 });
  assert.deepEqual(ratio([1, 2, 3], [4, 4, 4]), { value: 0.5, low: 0.25, high: 0.75 });
});
