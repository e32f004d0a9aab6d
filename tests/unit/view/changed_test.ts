import assert from "node:assert/strict";
import { renderChanged } from "../../../src/view/changed.ts";

Deno.test("up to three changed paths are listed, otherwise the first two", () => {
  assert.equal(renderChanged(["a"]), "Changed: a\n");
  assert.equal(renderChanged(["a", "b", "c/"]), "Changed: a, b, c/\n");
  assert.equal(renderChanged(["a", "b", "c", "d", "e"]), "Changed: a, b and 3 more\n");
});

Deno.test("a path can't control the terminal", () => {
  assert.equal(renderChanged(["a\x1b[2Jb\nc"]), "Changed: a\\x1b[2Jb\\nc\n");
});
