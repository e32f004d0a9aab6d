import assert from "node:assert/strict";
import { remotePath } from "../../../../src/step/protocol/remote_path.ts";

Deno.test("a path below the directory is accepted as it is", () => {
  for (const path of ["a", "a/b", ".a/..b/...", "a b/-n", "caf\udce9", " ", "a\\b", "..a"]) {
    assert.equal(remotePath(path), path);
  }
});

Deno.test("a path that could lead out of the directory, or is invalid, is refused", () => {
  const long = "a/".repeat(2100) + "a";
  for (
    const path of ["", ".", "..", "/", "/a", "a/", "a//b", "../a", "a/..", "a/../b", "./a", "a/./b"]
      .concat(["a\0", "a\nb", long])
  ) {
    assert.equal(remotePath(path), undefined, JSON.stringify(path.slice(0, 20)));
  }
});
