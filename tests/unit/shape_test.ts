import assert from "node:assert/strict";
import { checked, type Shape } from "../../src/shape.ts";

const SHAPE: Shape = {
  a: "text",
  b: "number",
  c: "texts",
  d: [{ e: "name" }],
  f: { g: ["text"] },
  h: new Set(["one", "two", ""]),
};

Deno.test("fields outside the shape may be anything, and fields in it may be missing", () => {
  const fits = {
    a: "x",
    b: 1,
    c: { y: "z" },
    d: [{ e: "x", more: 1 }],
    f: {},
    h: "two",
    other: [null],
  };
  assert.deepEqual(checked(fits, SHAPE), { value: fits });
  assert.deepEqual(checked({}, SHAPE), { value: {} });
});

for (
  const [value, why] of [
    [5, "it is not an object"],
    [[], "it is not an object"],
    [{ a: 5 }, "a is not a string"],
    [{ b: "1" }, "b is not a number"],
    [{ c: [] }, "c is not an object"],
    [{ c: { x: 5 } }, "c.x is not a string"],
    [{ d: {} }, "d is not a list"],
    [{ d: [null] }, "d[0] is not an object"],
    [{ d: ["x"] }, "d[0] is not an object"],
    [{ d: [{ e: "x" }, {}] }, "d[1].e is missing"],
    [{ f: { g: [5] } }, "f.g[0] is not a string"],
    [{ h: "three" }, "h is not one of: one, two"],
    [{ h: ["one"] }, "h is not one of: one, two"],
  ] as const
) {
  Deno.test(`the error names the first field with another shape: ${why}`, () => {
    assert.deepEqual(checked(value, {}, SHAPE), { why });
  });
}

Deno.test("only own properties count", () => {
  const shape = JSON.parse('{"constructor": "text", "toString": ["text"]}');
  assert.deepEqual(checked({}, shape), { value: {} });
});

Deno.test("fields that are null are dropped at any depth; elements of lists stay", () => {
  const given = { a: null, b: [null, { c: null, d: 0 }], e: { f: "" } };
  assert.deepEqual(checked(given, {}), { value: { b: [null, { d: 0 }], e: { f: "" } } });
});

Deno.test("a value that is nested too deeply is refused", () => {
  const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  assert.deepEqual(checked({ deep }, SHAPE), { why: "it is nested too deeply" });
});
