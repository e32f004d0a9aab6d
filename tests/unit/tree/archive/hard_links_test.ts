import assert from "node:assert/strict";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import type { SentFile } from "../../../../src/tree/archive/checksum_list.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { readTar } from "../../../support/tar_text.ts";
import { concat } from "../../../../src/concat.ts";
import { file, hardLinks, MTIME_SECONDS, type TreeNode } from "../../../support/tree_text.ts";

const LARGE = 300_000;

/** Packs the tree. `meanwhile` runs between the walk and the archive. */
async function packed(nodes: readonly TreeNode[], meanwhile: (files: MemoryFiles) => void) {
  const files = new MemoryFiles(nodes);
  const ignore = await loadIgnore(files, "/tree");
  const entries = await Array.fromAsync(walk(files, "/tree", ignore));
  meanwhile(files);
  const sent: SentFile[] = [];
  const { stream, packed } = archive(entries, {
    files,
    root: "/tree",
    nowSeconds: MTIME_SECONDS,
    onFile: (file) => sent.push(file),
  });
  const members = readTar(concat(await Array.fromAsync(stream)));
  return { lines: members.map(({ line }) => line), sent, packed: await packed };
}

for (const size of [0, 5, LARGE]) {
  Deno.test(`of three names of a file of ${size} bytes, the first is sent as a file, the others as links`, async () => {
    const nodes = [...hardLinks(["a", "b", "c"], "x".repeat(size)), file("d", "other")];
    const { lines, sent, packed: totals } = await packed(nodes, () => {});
    assert.deepEqual(lines, [
      `0 a 644 ${size}`,
      "1 b 644 0 -> a",
      "1 c 644 0 -> a",
      "0 d 644 5",
    ]);
    // On disk, each of them is a file, and is verified as a file.
    assert.deepEqual(sent.map(({ path }) => path), ["a", "b", "c", "d"]);
    assert.deepEqual({ ...sent[1], path: "a" }, sent[0]);
    assert.deepEqual(totals, { files: 4, bytes: 3 * size + 5 });
  });

  Deno.test(`if the first name is now another file of ${size} bytes, the links are to the second name`, async () => {
    const nodes = hardLinks(["a", "b", "c"], "x".repeat(size));
    const { lines } = await packed(nodes, (files) => files.write("/tree/a", "y".repeat(size)));
    assert.deepEqual(lines, [`0 a 644 ${size}`, `0 b 644 ${size}`, "1 c 644 0 -> b"]);
  });
}

Deno.test("a name that is now another file is sent as that file", async () => {
  const nodes = hardLinks(["a", "b", "c"], "hello");
  const { lines } = await packed(nodes, (files) => files.write("/tree/b", "new"));
  assert.deepEqual(lines, ["0 a 644 5", "0 b 644 3", "1 c 644 0 -> a"]);
});

Deno.test("a file whose other names are outside the tree is sent as a file", async () => {
  const { lines } = await packed([{ ...file("a", "x"), inode: "elsewhere" }], () => {});
  assert.deepEqual(lines, ["0 a 644 1"]);
});
