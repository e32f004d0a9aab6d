import assert from "node:assert/strict";
import { afterLoss } from "../../../../src/commands/watch/after_loss.ts";

Deno.test("a run that became too old is replaced six times, a deleted one three times", () => {
  assert.deepEqual([0, 5, 6].map((replaced) => afterLoss({ kind: "old" }, replaced)), [
    "replace",
    "replace",
    "later",
  ]);
  assert.deepEqual([0, 2, 3].map((replaced) => afterLoss({ kind: "gone" }, replaced)), [
    "replace",
    "replace",
    "later",
  ]);
});

Deno.test("a run that fails is replaced after the next save, one without room never", () => {
  assert.equal(afterLoss({ kind: "failed" }, 0), "later");
  assert.equal(afterLoss({ kind: "no room" }, 0), "off");
});
