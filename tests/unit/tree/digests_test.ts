import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Digests } from "../../../src/tree/digests.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { file } from "../../support/tree_text.ts";

const NODES = Array.from({ length: 500 }, (_, at) => file(`${at}`, `content ${at}`));
const ENTRIES = NODES.map(({ path, mode, mtimeSeconds }) => {
  return { path, kind: "file" as const, sizeBytes: 0, mode, mtimeSeconds };
});

Deno.test("at most 16 files are open at a time, for any number of digests", async () => {
  const files = new MemoryFiles(NODES);
  let most = 0;
  files.onTouch = () => {
    most = Math.max(most, files.openCount);
  };
  const digests = new Digests(files, "/tree");
  const all = await Promise.all(ENTRIES.map((entry) => digests.of(entry)));
  assert.equal(all[499], createHash("sha256").update("content 499").digest("hex"));
  assert.ok(most > 1 && most <= 16, `${most} at a time`);
  assert.equal(digests.of(ENTRIES[7]), all[7]);
});

Deno.test("an unreadable file has no digest and frees its slot", async () => {
  const files = new MemoryFiles(NODES);
  for (const { path } of NODES.slice(0, 100)) files.deny(`/tree/${path}`);
  const digests = new Digests(files, "/tree");
  const all = await Promise.all(ENTRIES.map((entry) => digests.of(entry)));
  assert.equal(all.filter((digest) => digest === undefined).length, 100);
});

Deno.test("digests of another walk are taken over without reading the files again", async () => {
  const files = new MemoryFiles(NODES.slice(0, 3));
  const earlier = new Digests(files, "/tree");
  const [first, second] = await Promise.all(ENTRIES.slice(0, 2).map((one) => earlier.of(one)));
  const later = new Digests(files, "/tree");
  later.takeOver(earlier, [ENTRIES[0], ENTRIES[2]]);
  assert.equal(later.of(ENTRIES[0]), first);
  assert.ok(later.of(ENTRIES[1]) instanceof Promise, "it is not among the files");
  assert.equal(await later.of(ENTRIES[1]), second);
  assert.ok(later.of(ENTRIES[2]) instanceof Promise, "the other walk did not read it");
  await later.of(ENTRIES[2]);
});

Deno.test("a file that changes before it is read ahead is read again", async () => {
  const files = new MemoryFiles(NODES.slice(0, 2));
  const [still, saved] = await Promise.all(
    ENTRIES.slice(0, 2).map(async (entry) => ({
      ...entry,
      sizeBytes: (await files.lstat(`/tree/${entry.path}`)).sizeBytes,
    })),
  );
  const digests = new Digests(files, "/tree");
  files.put("/tree/1", { ...file("1", "CONTENT 1"), mtimeSeconds: 2e9 });
  await digests.ahead([still, saved], new AbortController().signal);
  assert.equal(digests.known("0"), createHash("sha256").update("content 0").digest("hex"));
  assert.equal(digests.known("1"), undefined);
  files.write("/tree/1", "Content 1");
  assert.equal(await digests.of(saved), createHash("sha256").update("Content 1").digest("hex"));
});
