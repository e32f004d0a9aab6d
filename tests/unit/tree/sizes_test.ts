import assert from "node:assert/strict";
import { measure } from "../../../src/tree/sizes.ts";

function sized(files: Record<string, number>) {
  return Object.entries(files).map(([path, sizeBytes]) => ({ path, kind: "file", sizeBytes }));
}

Deno.test("the parts are the top-level entries, the largest first", () => {
  assert.deepEqual(measure(sized({ "a/x": 30, "a/y": 30, "b/c/x": 20, "b/d": 20, top: 50 })), {
    files: 5,
    bytes: 150,
    parts: [{ path: "a/", bytes: 60 }, { path: "top", bytes: 50 }, { path: "b/", bytes: 40 }],
  });
});

Deno.test("a part is replaced by the nested entry that holds nearly all of it", () => {
  const { bytes, parts } = measure(
    sized({ "a/b/c/x": 50, "a/b/c/y": 45, "a/z": 5, "d/model.bin": 10, "e/x": 0 }),
  );
  assert.equal(bytes, 110);
  assert.deepEqual(parts, [
    { path: "a/b/c/", bytes: 95 },
    { path: "d/model.bin", bytes: 10 },
    { path: "e/", bytes: 0 },
  ]);
});

Deno.test("links and directories have no size", () => {
  const link = { path: "a", kind: "symlink", sizeBytes: 9 };
  assert.deepEqual(measure([link]), { files: 0, bytes: 0, parts: [] });
});
