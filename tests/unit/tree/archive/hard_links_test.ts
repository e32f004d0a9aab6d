import assert from "node:assert/strict";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import type { SentFile } from "../../../../src/tree/archive/checksum_list.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { concat, readTar } from "../../../support/tar_text.ts";
import { file, hardLinks, MTIME_SECONDS, type TreeNode } from "../../../support/tree_text.ts";

const LARGE = 300_000;

/** The members, and what is to be checked; `meanwhile` happens between the walk and the archive. */
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
  Deno.test(`of a file of ${size} bytes and three names one is the file, the others are links`, async () => {
    const nodes = [...hardLinks(["a", "b", "c"], "x".repeat(size)), file("d", "other")];
    const { lines, sent, packed: totals } = await packed(nodes, () => {});
    assert.deepEqual(lines, [
      `0 a 644 ${size}`,
      "1 b 644 0 -> a",
      "1 c 644 0 -> a",
      "0 d 644 5",
    ]);
    // Each of them lies on the disk as a file, and is checked as one.
    assert.deepEqual(sent.map(({ path }) => path), ["a", "b", "c", "d"]);
    assert.deepEqual({ ...sent[1], path: "a" }, sent[0]);
    assert.deepEqual(totals, { files: 4, bytes: 3 * size + 5 });
  });

  Deno.test(`a link is to what was sent: the first name is another file of ${size} bytes by now`, async () => {
    const nodes = hardLinks(["a", "b", "c"], "x".repeat(size));
    const { lines } = await packed(nodes, (files) => files.write("/tree/a", "y".repeat(size)));
    assert.deepEqual(lines, [`0 a 644 ${size}`, `0 b 644 ${size}`, "1 c 644 0 -> b"]);
  });
}

Deno.test("a name that is another file by now is sent as that", async () => {
  const nodes = hardLinks(["a", "b", "c"], "hello");
  const { lines } = await packed(nodes, (files) => files.write("/tree/b", "new"));
  assert.deepEqual(lines, ["0 a 644 5", "0 b 644 3", "1 c 644 0 -> a"]);
});

Deno.test("a file whose other names are not in the tree is a file", async () => {
  const { lines } = await packed([{ ...file("a", "x"), inode: "elsewhere" }], () => {});
  assert.deepEqual(lines, ["0 a 644 1"]);
});
