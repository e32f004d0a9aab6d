import assert from "node:assert/strict";
import { FileSizes } from "../../../src/tree/file_sizes.ts";
import { loadIgnore } from "../../../src/tree/ignore/ignore.ts";
import { walkNames } from "../../../src/tree/walk.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { tree } from "../../support/tree_text.ts";

async function walked(files: MemoryFiles, mostFiles: number): Promise<FileSizes> {
  const sizes = new FileSizes(mostFiles);
  const runs = walkNames(files, "/tree", await loadIgnore(files, "/tree"));
  for await (const run of runs) sizes.add(run);
  return sizes;
}

const TREE = "file a hello\nfile d/b hi\nfile d/e/c x\nfile d/f\nlink l -> a";

Deno.test("a few files are measured, without a file that vanished", async () => {
  const files = new MemoryFiles(tree(TREE));
  const sizes = await walked(files, 4);
  files.remove("/tree/d/f");
  assert.equal(sizes.files, 4);
  assert.deepEqual(await sizes.measure(files, "/tree"), [
    { path: "a", kind: "file", sizeBytes: 5 },
    { path: "d/b", kind: "file", sizeBytes: 2 },
    { path: "d/e/c", kind: "file", sizeBytes: 1 },
  ]);
});

Deno.test("too many files are only counted", async () => {
  const files = new MemoryFiles(tree(TREE));
  const sizes = await walked(files, 3);
  files.lstatNames = () => Promise.reject(new Error("asked for sizes"));
  assert.equal(sizes.files, 4);
  assert.equal(await sizes.measure(files, "/tree"), undefined);
});

Deno.test("measuring ends with the signal's reason", async () => {
  const files = new MemoryFiles(tree(TREE));
  const sizes = await walked(files, 4);
  const aborted = AbortSignal.abort(new Error("enough"));
  await assert.rejects(sizes.measure(files, "/tree", aborted), { message: "enough" });
});
