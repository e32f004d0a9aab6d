import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { TransferError } from "../../../../src/errors.ts";
import { archive, type ArchiveOptions } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { ChecksumList } from "../../../../src/tree/archive/checksum_list.ts";
import { type Entry, walk } from "../../../../src/tree/walk.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { file, MTIME_SECONDS, tree, type TreeNode } from "../../../support/tree_text.ts";
import { type Member, readTar } from "../../../support/tar_text.ts";
import { concat } from "../../../../src/concat.ts";

const NOW_SECONDS = MTIME_SECONDS + 1000;
const LARGE = 1_000_000;

async function entriesOf(files: MemoryFiles): Promise<Entry[]> {
  return await Array.fromAsync(walk(files, "/tree", await loadIgnore(files, "/tree")));
}

/**
 * Starts an archive of the entries listed now; later changes of `files` happen during the upload.
 */
async function start(files: MemoryFiles, options: Partial<ArchiveOptions> = {}) {
  const listed = await entriesOf(files);
  async function* entries() {
    yield* listed;
  }
  return archive(entries(), { files, root: "/tree", nowSeconds: NOW_SECONDS, ...options });
}

/** Returns options that append a checksum list named .list. */
function listed(): Pick<ArchiveOptions, "onFile" | "tail"> {
  const checksumList = new ChecksumList();
  return {
    onFile: (file) => checksumList.add(file),
    tail: () => [{ name: ".list", text: checksumList.close({ turn: "end" }).text }],
  };
}

async function membersOf(
  nodes: readonly TreeNode[],
  options: Partial<ArchiveOptions> = {},
): Promise<Member[]> {
  const { stream } = await start(new MemoryFiles(nodes), options);
  return readTar(concat(await Array.fromAsync(stream)));
}

Deno.test("an archive has the members in the order of the walk", async () => {
  const members = await membersOf(tree(`
    dir empty/
    file run.sh 755 hello
    link l -> run.sh
  `));
  assert.deepEqual(members.map(({ line }) => line), [
    "5 empty/ 755 0",
    "2 l 777 0 -> run.sh",
    "0 run.sh 755 5",
  ]);
});

Deno.test("the set-user-ID bit is not sent, and a directory is sent as writable for its owner", async () => {
  const members = await membersOf([...tree("dir d/ 555"), file("su", "", 0o4755)]);
  assert.deepEqual(members.map(({ line }) => line), ["5 d/ 755 0", "0 su 755 0"]);
});

Deno.test("times are whole seconds, not in the future and not before 1970", async () => {
  const at = (path: string, mtimeSeconds: number) => ({ ...file(path, ""), mtimeSeconds });
  const members = await membersOf([
    at("a", 1.9),
    at("b", NOW_SECONDS + 3600),
    at("c", -5),
    at("d", NOW_SECONDS),
  ]);
  assert.deepEqual(members.map(({ mtimeSeconds }) => mtimeSeconds), [
    1,
    NOW_SECONDS,
    0,
    NOW_SECONDS,
  ]);
});

Deno.test("an empty tree is an archive of one record of zeros", async () => {
  const { stream, packed } = await start(new MemoryFiles());
  assert.deepEqual(concat(await Array.fromAsync(stream)), new Uint8Array(10240));
  assert.deepEqual(await packed, { files: 0, bytes: 0 });
});

Deno.test("the last member lists the files that were sent", async () => {
  const files = new MemoryFiles(tree(`
    dir d/
    file a/x.txt hello
    link l -> a
    file "odd\\nname" one
    file "odd\\\\name" two
    file "odd\\rname" three
    file large
  `));
  files.write("/tree/large", "x".repeat(LARGE));
  const { stream, packed } = await start(files, listed());
  const last = readTar(concat(await Array.fromAsync(stream))).at(-1)!;
  const text = new TextDecoder().decode(last.content);
  assert.equal(last.line, `0 .list 600 ${text.length}`);
  assert.deepEqual(text.split("\n"), [
    "tkn-dev manifest 2",
    "then end",
    "files 5",
    `bytes ${5 + 3 + 3 + 5 + LARGE}`,
    "listed 2",
    "",
    `${sha256("hello")}  ./a/x.txt`,
    `${sha256("x".repeat(LARGE))}  ./large`,
    "",
  ]);
  assert.deepEqual(await packed, { files: 5, bytes: 16 + LARGE });
});

Deno.test("chunks hold at most 256 KiB, small files share chunks, and chunks are never reused", async () => {
  const small = Array.from({ length: 500 }, (_, i) => file(`s/${i}`, `${i}`.repeat(i)));
  const nodes = [...small, file("large", "y".repeat(LARGE))];
  const { stream } = await start(new MemoryFiles(nodes));
  const chunks: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    copies.push(chunk.slice());
  }
  assert.deepEqual(concat(chunks), concat(copies));
  const sizes = chunks.map(({ length }) => length);
  assert(Math.max(...sizes) <= 256 * 1024, `${sizes}`);
  assert(chunks.length < 12, `${sizes}`);
});

Deno.test("up to 32 small files are read at the same time", async () => {
  const files = new MemoryFiles(Array.from({ length: 100 }, (_, i) => file(`${i}`, "x")));
  const { stream } = await start(files);
  const enough = Promise.withResolvers<void>();
  let reads = 0;
  files.onTouch = () => {
    if (++reads === 32) enough.resolve();
    return enough.promise;
  };
  await Array.fromAsync(stream);
  assert.equal(files.mostReads, 32);
});

Deno.test("a bounded part is read ahead of a stopped reader", async () => {
  const nodes = Array.from({ length: 1000 }, (_, i) => file(`${i}`, "x".repeat(10_000)));
  const files = new MemoryFiles(nodes);
  const { stream } = await start(files);
  const reader = stream.getReader();
  await reader.read();
  await settled();
  const touched = files.touched.length;
  assert(touched < 150, `${touched}`);
  await settled();
  assert.equal(files.touched.length, touched);
  await reader.cancel();
});

Deno.test("progress counts sent bytes, also within a file, and ends with the totals", async () => {
  const nodes = [file("a", "x".repeat(LARGE)), file("b", "y")];
  const seen: { files: number; bytes: number }[] = [];
  const { stream, packed } = await start(new MemoryFiles(nodes), {
    onProgress: ({ files, bytes }) => seen.push({ files, bytes }),
  });
  await Array.fromAsync(stream);
  const { files, bytes } = await packed;
  assert.deepEqual(seen.at(-1), { files, bytes });
  assert(seen.some((at) => at.files === 0 && at.bytes > 0 && at.bytes < LARGE));
});

for (const size of [0, 5, 512, LARGE]) {
  Deno.test(`a file of ${size} bytes that grows after the walk is sent as it is now`, async () => {
    const files = new MemoryFiles([file("a", "x".repeat(size)), file("b", "after")]);
    const { stream, packed } = await start(files, listed());
    files.write("/tree/a", "x".repeat(size) + "more");
    const [a, b, list] = readTar(concat(await Array.fromAsync(stream)));
    assert.equal(a.line, `0 a 644 ${size + 4}`);
    assert.equal(b.line, "0 b 644 5");
    assert.equal(new TextDecoder().decode(b.content), "after");
    const digest = sha256("x".repeat(size) + "more");
    assert(new TextDecoder().decode(list.content).includes(`\n${digest}  ./a\n`));
    assert.equal((await packed).bytes, size + 4 + 5);
  });
}

Deno.test("of a file that grows during the read, only as many bytes are sent as its header says", async () => {
  const files = new MemoryFiles([file("a", "x".repeat(LARGE)), file("b", "after")]);
  const { stream, packed } = await start(files, listed());
  let reads = 0;
  files.onTouch = (path) => {
    if (path === "/tree/a" && ++reads === 3) files.write(path, "x".repeat(2 * LARGE));
  };
  const [a, b, list] = readTar(concat(await Array.fromAsync(stream)));
  assert.equal(a.line, `0 a 644 ${LARGE}`);
  assert.equal(b.line, "0 b 644 5");
  assert(new TextDecoder().decode(list.content).includes(sha256("x".repeat(LARGE))));
  assert.equal((await packed).bytes, LARGE + 5);
});

Deno.test("a small file that shrinks after the walk is sent as it is now", async () => {
  const files = new MemoryFiles([file("a", "x".repeat(600)), file("b", "after")]);
  const { stream } = await start(files);
  files.write("/tree/a", "short");
  const members = readTar(concat(await Array.fromAsync(stream)));
  assert.deepEqual(members.map(({ line }) => line), ["0 a 644 5", "0 b 644 5"]);
});

Deno.test("a file that shrinks during the read is an error, not a short archive", async () => {
  const files = new MemoryFiles([file("d/a", "x".repeat(LARGE))]);
  const { stream, packed } = await start(files);
  let reads = 0;
  files.onTouch = (path) => {
    if (path === "/tree/d/a" && ++reads === 3) files.write(path, "x".repeat(LARGE / 2));
  };
  const expected = (error: unknown) => {
    assert(error instanceof TransferError);
    assert.equal(error.message, 'Cannot send "d/a": it became shorter during the upload');
    assert.match(error.hint ?? "", /--ignore '\/d\/a'$/);
    return true;
  };
  await assert.rejects(Array.fromAsync(stream), expected);
  await assert.rejects(packed, expected);
  assert.equal(files.openCount, 0);
});

for (const size of [5, LARGE]) {
  const nodes = [file("a", "before"), file("b", "x".repeat(size)), file("c", "after")];

  Deno.test(`a file of ${size} bytes that vanishes after the walk is an error`, async () => {
    const files = new MemoryFiles(nodes);
    const { stream, packed } = await start(files);
    files.remove("/tree/b");
    const error = { name: "TransferError", message: 'Cannot read "b": no such file or directory' };
    await assert.rejects(Array.fromAsync(stream), error);
    await assert.rejects(packed, error);
  });

  Deno.test(`an unreadable file of ${size} bytes is an error`, async () => {
    const files = new MemoryFiles(nodes);
    files.deny("/tree/b");
    const { stream } = await start(files);
    await assert.rejects(Array.fromAsync(stream), {
      name: "TransferError",
      message: 'Cannot read "b": permission denied',
    });
  });
}

Deno.test("an error of the walk is an error of the stream, and no rejection stays unhandled", async () => {
  const files = new MemoryFiles(tree("file a/f"));
  files.deny("/tree/a");
  const entries = walk(files, "/tree", await loadIgnore(files, "/tree"));
  const { stream } = archive(entries, { files, root: "/tree", nowSeconds: NOW_SECONDS });
  await assert.rejects(Array.fromAsync(stream), { message: 'Cannot read "a": permission denied' });
});

Deno.test("canceling in the middle of a file closes it and ends the walk", async () => {
  const files = new MemoryFiles([file("a", "x".repeat(LARGE)), file("b", "y")]);
  let ended = false;
  async function* entries() {
    try {
      yield* await entriesOf(files);
    } finally {
      ended = true;
    }
  }
  const { stream, packed } = archive(entries(), {
    files,
    root: "/tree",
    nowSeconds: NOW_SECONDS,
  });
  const reader = stream.getReader();
  await reader.read();
  assert.equal(files.openCount, 1);
  await reader.cancel(new Error("enough"));
  assert.equal(files.openCount, 0);
  assert(ended);
  await assert.rejects(packed, { message: "enough" });
});

Deno.test("canceling during a read closes the file after the read", async () => {
  const files = new MemoryFiles([file("a", "x".repeat(LARGE))]);
  const { stream } = await start(files);
  const reading = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let touches = 0;
  files.onTouch = () => {
    // The calls: open, the read for the first chunk, and the read that is held up.
    if (++touches < 3) return;
    reading.resolve();
    return gate.promise;
  };
  const reader = stream.getReader();
  await reader.read();
  await reading.promise;
  const canceled = reader.cancel();
  await settled();
  assert.equal(files.openCount, 1);
  gate.resolve();
  await canceled;
  assert.equal(files.openCount, 0);
});

Deno.test("the signal ends the archive too, even if nothing reads it", async () => {
  const files = new MemoryFiles([file("a", "x".repeat(LARGE))]);
  const controller = new AbortController();
  const { stream, packed } = await start(files, { signal: controller.signal });
  const reader = stream.getReader();
  await reader.read();
  controller.abort(new Error("enough"));
  await assert.rejects(packed, { message: "enough" });
  await settled();
  assert.equal(files.openCount, 0);
  await assert.rejects(reader.read(), { message: "enough" });
});

Deno.test("with an aborted signal, nothing is read", async () => {
  const files = new MemoryFiles([file("a", "x")]);
  const signal = AbortSignal.abort(new Error("enough"));
  const { stream, packed } = await start(files, { signal });
  const listed = files.touched.length;
  await assert.rejects(Array.fromAsync(stream), { message: "enough" });
  await assert.rejects(packed, { message: "enough" });
  assert.equal(files.touched.length, listed);
});

/** Waits until nothing more can happen without the reader: memory files use promises only. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10_000; i++) await Promise.resolve();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
