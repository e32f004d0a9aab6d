import assert from "node:assert/strict";
import { pieces } from "../../../support/pieces.ts";
import { parseRemoteListing } from "../../../../src/step/protocol/listing.ts";

Deno.test("a listing has every entry, with its exact name", async () => {
  const { gzip, sha256sum, linksOnly, entries } = await parseRemoteListing(pieces(
    "gzip\nsha256sum\nlisted\n41ed 80 1 2 ./src\n81a4 12 1700000000 1700000009.25 ./src/a b  c\n" +
      "a1ff 5 -7 0 ./-l\n21b6 0 0 0 ./null\n81a4 0 3 4 ./ready\n",
  ));
  assert.deepEqual([gzip, sha256sum, linksOnly], [true, true, false]);
  assert.deepEqual([...entries], [
    ["src", { kind: "directory", mode: 0o755, sizeBytes: 80, mtimeSeconds: 1, ctimeSeconds: 2 }],
    ["src/a b  c", {
      kind: "file",
      mode: 0o644,
      sizeBytes: 12,
      mtimeSeconds: 1_700_000_000,
      ctimeSeconds: 1_700_000_009.25,
    }],
    ["-l", { kind: "symlink", mode: 0o777, sizeBytes: 5, mtimeSeconds: -7, ctimeSeconds: 0 }],
    ["null", { kind: "other", mode: 0o666, sizeBytes: 0, mtimeSeconds: 0, ctimeSeconds: 0 }],
    ["ready", { kind: "file", mode: 0o644, sizeBytes: 0, mtimeSeconds: 3, ctimeSeconds: 4 }],
  ]);
});

Deno.test("an image that can list only links says so", async () => {
  const { gzip, sha256sum, linksOnly, entries } = await parseRemoteListing(
    pieces("links\na1ff 0 0 0 ./up\n"),
  );
  assert.deepEqual([gzip, sha256sum, linksOnly], [false, false, true]);
  assert.deepEqual([...entries.keys()], ["up"]);
});

Deno.test("a listing with a path that leads out is not trusted", async () => {
  for (
    const path of ["./..", "./../x", "./a/../../x", "./a//b", "././a", "/etc/passwd", "./a/.", "./"]
  ) {
    await assert.rejects(
      parseRemoteListing(pieces(`listed\n81a4 1 1 1 ${path}\n`)),
      /^TransferError: Cannot trust what the step lists/,
      path,
    );
  }
});

Deno.test("an endless listing is an error after as many entries as a workspace can have", async () => {
  let lines = 0;
  async function* endless() {
    for (;; lines++) yield await Promise.resolve(`81a4 1 1 1 ./${lines}\n`);
  }
  await assert.rejects(parseRemoteListing(endless(), 1000), /it does not end/);
  assert.equal(lines, 1000);
});

Deno.test("a listing with an invalid number is not trusted", async () => {
  for (
    const facts of ["81a4 many 1 1", "81a4 -1 1 1", "81a4 1 x 1", "81a4 99999999999999999999 1 1"]
  ) {
    await assert.rejects(
      parseRemoteListing(pieces(`listed\n${facts} ./a\n`)),
      /Cannot trust/,
      facts,
    );
  }
});
