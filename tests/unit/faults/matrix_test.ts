import assert from "node:assert/strict";
import { matrix, tenth } from "../../faults/matrix.ts";
import { PHASES } from "../../faults/trial/phases.ts";

Deno.test("the matrix has at least 300 injections with different names", () => {
  const names = matrix().map(({ name }) => name);
  assert.ok(names.length >= 300);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("each phase occurs in the matrix and in its tenth, which is always the same", () => {
  for (const injections of [matrix(), tenth()]) {
    const phases = new Set(injections.map(({ phase }) => phase.name));
    assert.deepEqual([...phases].sort(), Object.values(PHASES).map(({ name }) => name).sort());
  }
  assert.deepEqual(tenth().map(({ name }) => name), tenth().map(({ name }) => name));
});

Deno.test("the tenth is about a tenth", () => {
  assert.ok(tenth().length <= matrix().length / 8);
});
