import assert from "node:assert/strict";
import { afterLoss } from "../../../../src/commands/watch/after_loss.ts";

Deno.test("a run that became too old is replaced for an hour after the last upload", () => {
  assert.equal(afterLoss({ kind: "old" }, { replaced: 5, idleMs: 3_599_999 }), "replace");
  assert.equal(afterLoss({ kind: "old" }, { replaced: 6, idleMs: 3_600_000 }), "later");
});

Deno.test("a run that somebody deletes is replaced three times", () => {
  assert.equal(afterLoss({ kind: "deleted" }, { replaced: 2, idleMs: 0 }), "replace");
  assert.equal(afterLoss({ kind: "deleted" }, { replaced: 3, idleMs: 0 }), "later");
});

Deno.test("a run that fails waits for the next save, and one without room for none", () => {
  assert.equal(afterLoss({ kind: "failed" }, { replaced: 0, idleMs: 0 }), "later");
  assert.equal(afterLoss({ kind: "no room" }, { replaced: 0, idleMs: 0 }), "off");
});
