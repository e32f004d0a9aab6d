import assert from "node:assert/strict";
import { readPrograms } from "../../../../src/step/protocol/programs.ts";

Deno.test("only whole lines with a name that was asked for count", () => {
  const printed = "tar\nsha256sum: aliased\nnoise\ngzip";
  assert.deepEqual(readPrograms(printed, ["tar", "sha256sum", "gzip"]), ["tar", "gzip"]);
});
