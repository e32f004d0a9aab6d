import assert from "node:assert/strict";
import { suggest } from "../../../src/cli/suggest.ts";

const WORDS = ["pipeline", "task", "sandbox", "version", "help"];

Deno.test("a word with one or two slips suggests the nearest candidate", () => {
  assert.equal(suggest("pipelin", WORDS), "pipeline");
  assert.equal(suggest("piepline", WORDS), "pipeline");
  assert.equal(suggest("pppeliine", WORDS), "pipeline");
  assert.equal(suggest("vresion", WORDS), "version");
  assert.equal(suggest("hlep", WORDS), "help");
});

Deno.test("a prefix suggests its candidate", () => {
  assert.equal(suggest("sand", WORDS), "sandbox");
  assert.equal(suggest("pipe", WORDS), "pipeline");
});

Deno.test("an unlike word and the empty word suggest nothing", () => {
  assert.equal(suggest("frobnicate", WORDS), undefined);
  assert.equal(suggest("pxpxlxne", WORDS), undefined);
  assert.equal(suggest("", WORDS), undefined);
  assert.equal(suggest("x", WORDS), undefined);
});
