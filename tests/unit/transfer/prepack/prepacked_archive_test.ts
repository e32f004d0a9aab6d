import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import type { Entry } from "../../../../src/tree/walk.ts";
import {
  PrepackedArchive,
  type PrepackOptions,
} from "../../../../src/transfer/prepack/prepacked_archive.ts";
import { until } from "../../../support/fake_transport.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { readTar } from "../../../support/tar_text.ts";
import { concat } from "../../../../src/concat.ts";
import { file, type TreeNode } from "../../../support/tree_text.ts";

const TAIL = [{ name: ".list", text: "all of it" }];
const CODE = Array.from({ length: 90 }, (_, at) => file(`src/${at}`, `line ${at}\n`.repeat(1_000)));
/** Too small to be compressed. */
const LITTLE = CODE.slice(0, 9);

/** A file that can't be compressed. */
function noise(path: string, bytes: number): TreeNode {
  let state = 1;
  const content = Uint8Array.from({ length: bytes }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  });
  return { ...file(path, ""), content };
}

function prepare(nodes: readonly TreeNode[], options: Partial<PrepackOptions> = {}) {
  const files = new MemoryFiles(nodes);
  const entries: Entry[] = nodes.map(({ path, content, mode, mtimeSeconds }) => {
    return { path, kind: "file", sizeBytes: content.length, mode, mtimeSeconds };
  });
  return {
    files,
    prepared: new PrepackedArchive({ files, root: "/tree", entries, nowSeconds: 2e9, ...options }),
  };
}

async function membersOf(prepared: PrepackedArchive): Promise<string[]> {
  const pieces = await Array.fromAsync(prepared.take(() => TAIL), ({ chunk }) => chunk);
  const bytes = concat(pieces);
  const archive = await prepared.compressed ? gunzipSync(bytes) : bytes;
  return readTar(archive).map(({ line }) => line.split(" ")[1]);
}

Deno.test("an archive is packed ahead, and is complete with its tail", async () => {
  const { files, prepared } = prepare(CODE);
  await until(() => prepared.packed.length === CODE.length);
  files.onTouch = () => assert.fail("nothing is read any more");
  assert.deepEqual(await membersOf(prepared), [...CODE.map(({ path }) => path), ".list"]);
  assert.deepEqual(prepared.packed.map(({ path }) => path), CODE.map(({ path }) => path));
});

Deno.test("code is compressed; incompressible and small trees are not", async () => {
  for (
    const [nodes, compressed] of [[CODE, true], [[noise("n", 700_000)], false], [
      LITTLE,
      false,
    ]] as const
  ) {
    const { prepared } = prepare(nodes);
    assert.equal((await membersOf(prepared)).length, nodes.length + 1);
    assert.equal(await prepared.compressed, compressed);
  }
  for (const compressed of [true, false]) {
    const { prepared } = prepare(LITTLE, { compressed });
    assert.equal((await membersOf(prepared)).length, 10);
    assert.equal(await prepared.compressed, compressed);
  }
});

Deno.test("each piece counts how much of the tree was packed so far", async () => {
  const { prepared } = prepare(CODE, { compressed: false });
  const pieces = await Array.fromAsync(prepared.take(() => TAIL));
  const total = CODE.reduce((sum, { content }) => sum + content.length, 0);
  assert.deepEqual([pieces.at(-1)!.files, pieces.at(-1)!.bytes], [CODE.length, total]);
  for (let at = 1; at < pieces.length; at++) assert.ok(pieces[at].bytes >= pieces[at - 1].bytes);
});

Deno.test("a file that can't be read fails only the reader of the archive", async () => {
  const { files, prepared } = prepare([file("gone", "")]);
  files.onTouch = () => {
    throw new Error("no");
  };
  const missing = new PrepackedArchive({
    files: new MemoryFiles([]),
    root: "/tree",
    entries: [{ path: "gone", kind: "file", sizeBytes: 1, mode: 0o644, mtimeSeconds: 0 }],
    nowSeconds: 0,
  });
  await assert.rejects(membersOf(missing), { message: /^Cannot read "gone"/ });
  prepared.discard();
});

Deno.test("an archive that is discarded, or whose signal aborts, reads no further", async () => {
  const nodes = Array.from({ length: 400 }, (_, at) => noise(`${at}`, 30_000));
  const stop = new AbortController();
  for (const end of [(prepared: PrepackedArchive) => prepared.discard(), () => stop.abort()]) {
    const { files, prepared } = prepare(nodes, { signal: stop.signal });
    let touched = 0;
    const over = Promise.withResolvers<void>();
    files.onTouch = () => {
      if (++touched === 50) {
        end(prepared);
        over.resolve();
      }
    };
    await over.promise;
    await assert.rejects(async () => {
      await membersOf(prepared);
      throw new Error("it had nothing to read");
    });
    assert.ok(touched < nodes.length, `${touched}`);
  }
});
