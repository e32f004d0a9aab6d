import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { FileError } from "../../../src/host.ts";
import { checkDirectory } from "../../../src/tree/check_directory.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { tree } from "../../support/tree_text.ts";

const FILES = new MemoryFiles(tree(`
  file a/b/file hello
  link link -> a/b
  link circle -> circle
  fifo pipe
  dir locked/
`));
FILES.deny("/tree/locked");

Deno.test("a directory is returned as its real path, with links and dots resolved", async () => {
  assert.equal(await checkDirectory(FILES, "/tree/a/b"), "/tree/a/b");
  assert.equal(await checkDirectory(FILES, "/tree/link/"), "/tree/a/b");
  assert.equal(await checkDirectory(FILES, "/tree/a/../a/./b"), "/tree/a/b");
});

for (
  const [path, message, hint] of [
    ["/tree/nope", "no such directory", "Name the directory to upload, e.g. ."],
    ["/tree/a/b/file", "it is a file", "Name its directory: /tree/a/b"],
    ["/tree/pipe", "it is not a directory", "Name its directory: /tree"],
    ["/tree/locked", "permission denied", "See who can read it: ls -ld '/tree/locked'"],
    [
      "/tree/circle",
      "too many levels of symbolic links",
      "See who can read it: ls -ld '/tree/circle'",
    ],
  ]
) {
  Deno.test(`a path that can't be uploaded is a usage error: ${message}`, async () => {
    await assert.rejects(checkDirectory(FILES, path), (error) => {
      assert(error instanceof UsageError);
      assert.equal(error.message, `Cannot upload "${path}": ${message}`);
      assert.equal(error.hint, hint);
      assert.equal(error.exitCode, 2);
      return true;
    });
  });
}

Deno.test("a working directory that was deleted is no such directory", async () => {
  // Its stat still succeeds.
  const files = new MemoryFiles(tree("dir gone/"));
  files.list = (path) => Promise.reject(new FileError(path, "no such file or directory"));
  await assert.rejects(checkDirectory(files, "/tree/gone"), (error) => {
    assert(error instanceof UsageError);
    assert.equal(error.message, 'Cannot upload "/tree/gone": no such directory');
    assert.equal(error.hint, "Name the directory to upload, e.g. .");
    return true;
  });
});
