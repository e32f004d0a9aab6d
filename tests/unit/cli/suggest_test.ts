import assert from "node:assert/strict";
import { suggest } from "../../../src/cli/suggest.ts";

const WORDS = ["pipeline", "task", "sandbox", "version", "help"];

Deno.test("a word with one or two slips means the nearest candidate", () => {
  assert.equal(suggest("pipelin", WORDS), "pipeline");
  assert.equal(suggest("piepline", WORDS), "pipeline");
  assert.equal(suggest("pppeliine", WORDS), "pipeline");
  assert.equal(suggest("vresion", WORDS), "version");
  assert.equal(suggest("hlep", WORDS), "help");
});

Deno.test("a beginning means the candidate that it begins", () => {
  assert.equal(suggest("sand", WORDS), "sandbox");
  assert.equal(suggest("pipe", WORDS), "pipeline");
});

Deno.test("a word like none, and the empty word, mean nothing", () => {
  assert.equal(suggest("frobnicate", WORDS), undefined);
  assert.equal(suggest("pxpxlxne", WORDS), undefined);
  assert.equal(suggest("", WORDS), undefined);
  assert.equal(suggest("x", WORDS), undefined);
});
