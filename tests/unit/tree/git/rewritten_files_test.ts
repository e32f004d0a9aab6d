import assert from "node:assert/strict";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { Digests } from "../../../../src/tree/digests.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { WithoutCr } from "../../../../src/tree/git/line_endings.ts";
import type { SentFile } from "../../../../src/tree/archive/checksum_list.ts";
import { RewrittenFiles } from "../../../../src/tree/git/rewritten_files.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { file } from "../../../support/tree_text.ts";

const LARGE = "line\r\n".repeat(50_000);

function opened() {
  const memory = new MemoryFiles([
    file("a.txt", "one\r\ntwo\r\n"),
    file("b.txt", "one\r\n"),
    file("large.txt", LARGE),
    file("none.txt", ""),
  ]);
  const files = new RewrittenFiles(
    memory,
    (path) => path === "/tree/b.txt" ? undefined : new WithoutCr(),
  );
  return { memory, files };
}

Deno.test("a rewritten file has its new size, content and digest everywhere", async () => {
  const { memory, files } = opened();
  const entries = await Array.fromAsync(walk(files, "/tree", await loadIgnore(files, "/tree")));
  assert.deepEqual(entries.map(({ path, sizeBytes }) => [path, sizeBytes]), [
    ...[["a.txt", 8], ["b.txt", 5], ["large.txt", 250_000], ["none.txt", 0]],
  ]);
  const sent: SentFile[] = [];
  const { stream } = archive(entries, {
    files,
    root: "/tree",
    nowSeconds: 2_000_000_000,
    onFile: (one) => sent.push(one),
  });
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  assert(text.includes("one\ntwo\n\0"));
  assert(text.includes("one\r\n\0"));
  assert(text.includes(LARGE.replaceAll("\r", "")));
  const digests = new Digests(files, "/tree");
  for (const { path, digest, sizeBytes } of sent) {
    const entry = entries.find((one) => one.path === path)!;
    assert.equal(await digests.of(entry), digest, path);
    assert.equal(sizeBytes, entry.sizeBytes, path);
  }
  assert.equal(memory.openCount, 0);
});

Deno.test("a file that changes is measured again", async () => {
  const { memory, files } = opened();
  assert.equal((await files.lstat("/tree/a.txt")).sizeBytes, 8);
  memory.write("/tree/a.txt", "\r\n\r\n");
  assert.equal((await files.lstat("/tree/a.txt")).sizeBytes, 2);
  const buffer = new Uint8Array(3);
  const { bytes, stat } = await files.readStart("/tree/a.txt", buffer);
  assert.deepEqual([bytes, stat.sizeBytes], [2, 2]);
});
