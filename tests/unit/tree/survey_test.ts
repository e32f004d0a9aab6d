import assert from "node:assert/strict";
import { pieces } from "../../support/pieces.ts";
import { parseSurvey } from "../../../src/tree/survey.ts";

Deno.test("a survey says what lies there, each name as it is", async () => {
  const { gzip, sha256sum, linksOnly, there } = await parseSurvey(pieces(
    "gzip\nsha256sum\nlisted\n41ed 80 1 ./src\n81a4 12 1700000000 ./src/a b  c\na1ff 5 -7 ./-l\n21b6 0 0 ./null\n" +
      "81a4 0 3 ./ready\n",
  ));
  assert.deepEqual([gzip, sha256sum, linksOnly], [true, true, false]);
  assert.deepEqual([...there], [
    ["src", { kind: "directory", sizeBytes: 80, mtimeSeconds: 1 }],
    ["src/a b  c", { kind: "file", sizeBytes: 12, mtimeSeconds: 1_700_000_000 }],
    ["-l", { kind: "symlink", sizeBytes: 5, mtimeSeconds: -7 }],
    ["null", { kind: "other", sizeBytes: 0, mtimeSeconds: 0 }],
    ["ready", { kind: "file", sizeBytes: 0, mtimeSeconds: 3 }],
  ]);
});

Deno.test("an image with no program for more than links says so", async () => {
  const { gzip, sha256sum, linksOnly, there } = await parseSurvey(pieces("links\na1ff 0 0 ./up\n"));
  assert.deepEqual([gzip, sha256sum, linksOnly], [false, false, true]);
  assert.deepEqual([...there.keys()], ["up"]);
});
