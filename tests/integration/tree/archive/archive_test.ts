/** Archives of real files that change during the read. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { readlinkSync, truncateSync } from "node:fs";
import process from "node:process";
import { denoFiles } from "../../../../src/deno/files/files.ts";
import { TransferError } from "../../../../src/errors.ts";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { extract } from "../../../support/tars.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { file, writeTree } from "../../../support/tree_text.ts";

Deno.test("tar accepts an archive of a file that grows during the upload", async () => {
  using place = temporaryDirectory();
  const size = 20_000_000;
  mkdirSync(`${place.path}/from`);
  writeTree(`${place.path}/from`, [file("log", "x".repeat(size)), file("z", "after")]);
  const root = `${place.path}/from`;
  const { stream } = archive(walk(denoFiles, root, await loadIgnore(denoFiles, root)), {
    files: denoFiles,
    root,
    nowSeconds: Date.now() / 1000,
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    appendFileSync(`${root}/log`, "more");
  }
  extract(["tar"], Buffer.concat(chunks), `${place.path}/to`);
  assert.equal(lstatSync(`${place.path}/to/log`).size, size);
  assert.equal(readFileSync(`${place.path}/to/z`, "utf8"), "after");
});

Deno.test("a file that is truncated during the read ends the stream with an error that names it", async () => {
  using place = temporaryDirectory();
  writeTree(place.path, [file("log", "x".repeat(20_000_000))]);
  const { stream, packed } = archive(
    walk(denoFiles, place.path, await loadIgnore(denoFiles, place.path)),
    { files: denoFiles, root: place.path, nowSeconds: Date.now() / 1000 },
  );
  const error = { message: 'Cannot send "log": it became shorter during the upload' };
  await assert.rejects(async () => {
    for await (const _ of stream) truncateSync(`${place.path}/log`, 1_000_000);
  }, error);
  await assert.rejects(packed, error);
});

Deno.test("canceling closes the file that is being read", async () => {
  using place = temporaryDirectory();
  writeTree(place.path, [file("large", "x".repeat(20_000_000))]);
  const { stream } = archive(walk(denoFiles, place.path, await loadIgnore(denoFiles, place.path)), {
    files: denoFiles,
    root: place.path,
    nowSeconds: Date.now() / 1000,
  });
  const isOpen = () =>
    readdirSync("/proc/self/fd").some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === `${place.path}/large`;
      } catch {
        return false; // the descriptor of the listing itself
      }
    });
  const reader = stream.getReader();
  await reader.read();
  assert(isOpen());
  await reader.cancel();
  assert(!isOpen());
});

Deno.test("a path that is too long for the system is an error with a hint", async () => {
  using place = temporaryDirectory();
  // Descends one directory at a time, because the whole path is too long.
  const down = 'i=0; while [ $i -lt 20 ]; do mkdir "$1" && cd -P "$1" || exit; i=$((i + 1)); done';
  const { status } = spawnSync("sh", ["-c", down, "sh", "l".repeat(250)], { cwd: place.path });
  assert.equal(status, 0);
  const walked = Array.fromAsync(
    walk(denoFiles, place.path, await loadIgnore(denoFiles, place.path)),
  );
  await assert.rejects(walked, (error) => {
    assert(error instanceof TransferError);
    assert.match(
      error.message,
      /^Cannot read "l+\/[l/]+": its path is longer than the system takes$/,
    );
    assert.match(
      error.hint!,
      /^Move the directory to a shorter path, or leave it out: /,
    );
    return true;
  });
});

Deno.test("piping a large tree into tar takes bounded memory", async () => {
  using place = temporaryDirectory();
  mkdirSync(`${place.path}/from`);
  writeTree(`${place.path}/from`, [file("sparse", "")]);
  truncateSync(`${place.path}/from/sparse`, 400_000_000);
  const root = `${place.path}/from`;
  const { stream } = archive(walk(denoFiles, root, await loadIgnore(denoFiles, root)), {
    files: denoFiles,
    root,
    nowSeconds: Date.now() / 1000,
  });
  const tar = spawn("tar", ["-tf", "-"], { stdio: ["pipe", "pipe", "inherit"] });
  const listed = tar.stdout.setEncoding("utf8").toArray();
  const before = process.memoryUsage().rss;
  let most = 0;
  for await (const chunk of stream) {
    if (!tar.stdin.write(chunk)) await once(tar.stdin, "drain");
    most = Math.max(most, process.memoryUsage().rss);
  }
  tar.stdin.end();
  assert.deepEqual((await listed).join(""), "sparse\n");
  assert(most - before < 150_000_000, `${most - before} bytes more`);
});
