import assert from "node:assert/strict";
import { checkCount } from "../../../../scripts/bench/tree.ts";

const tree = { name: "small", path: "/tree", files: 2, bytes: 12 };

Deno.test("a wrong count of the tree is an error", () => {
  checkCount(tree, "[run] running\n[run] 2 files, 12 bytes\n");
  assert.throws(() => checkCount(tree, "[run] 12 files, 12 bytes\n"), /Cannot trust/);
  assert.throws(() => checkCount(tree, "2 files, 125 bytes"), /Cannot trust/);
});
