import assert from "node:assert/strict";
import { splitTree } from "../../../../src/transfer/prepack/split_tree.ts";
import type { Entry } from "../../../../src/tree/walk.ts";

const entry = (path: string, sizeBytes?: number): Entry => {
  const kind = sizeBytes === undefined ? "directory" : "file";
  return { path, kind, sizeBytes: sizeBytes ?? 0, mode: 0o755, mtimeSeconds: 0 };
};
const paths = (entries: readonly Entry[]) => entries.map(({ path }) => path);

Deno.test("a tree is split in the middle, and the directories on both sides are shared", () => {
  const lanes = splitTree([
    ...[entry("a"), entry("a/b"), entry("a/b/1", 3e6), entry("a/b/2", 3e6)],
    ...[entry("a/b2"), entry("a/b2/3", 1e6), entry("c", 5.5e6)],
  ])!;
  assert.deepEqual(paths(lanes.first), ["a", "a/b", "a/b/1", "a/b/2", "a/b2"]);
  assert.deepEqual(paths(lanes.second), ["a/b2/3", "c"]);
  assert.deepEqual(paths(lanes.shared), ["a", "a/b2"]);
});

Deno.test("many small files count, too", () => {
  const entries = Array.from({ length: 4_000 }, (_, at) => entry(`${at}`, 1));
  assert.equal(splitTree(entries)!.first.length, 2_000);
});

Deno.test("a tree that is small, or mostly one file, is not split", () => {
  assert.equal(splitTree([]), undefined);
  assert.equal(splitTree([entry("a", 3e6), entry("b", 3e6)]), undefined);
  assert.equal(splitTree([entry("a", 1e9), entry("b", 3e6)]), undefined);
  assert.equal(splitTree([entry("b", 3e6), entry("c", 1e9)]), undefined);
});

Deno.test("hard links of one file stay in one half, or the tree is not split", () => {
  const named = (path: string, inode: string) => ({ ...entry(path, 3e6), inode });
  const alone = [named("a", "1"), named("b", "1"), entry("c", 3e6), named("d", "2")];
  assert.deepEqual(paths(splitTree(alone)!.first), ["a", "b"]);
  assert.equal(splitTree([...alone, named("e", "1")]), undefined);
});
