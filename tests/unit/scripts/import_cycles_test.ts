import assert from "node:assert/strict";
import { importCycles } from "../../../scripts/check_imports/cycles.ts";

const cyclesOf = (imports: Record<string, string[]>) =>
  importCycles(new Map(Object.entries(imports)));

Deno.test("modules that import each other are a cycle of any length", () => {
  assert.deepEqual(cyclesOf({ a: ["b"], b: ["c"], c: ["a"] }), [["a", "b", "c", "a"]]);
  assert.deepEqual(cyclesOf({ top: ["a"], a: ["b"], b: ["a"] }), [["a", "b", "a"]]);
});

Deno.test("a module that two modules import is not a cycle", () => {
  assert.deepEqual(cyclesOf({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }), []);
});
