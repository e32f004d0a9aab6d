import assert from "node:assert/strict";
import { readParam } from "../../../src/commands/options/run_flags.ts";
import type { ParamSpec } from "../../../src/tekton/model.ts";
import { bindParams, bindUndeclared, replacedTexts, typeOf } from "../../../src/tekton/params.ts";
import { refusal } from "../../support/refusal.ts";

function bind(specs: ParamSpec[], ...given: [name: string, text: string][]) {
  return bindParams('Task "t"', specs, given.map(([name, text]) => ({ name, text })), readParam);
}

Deno.test("a param's type is the declared one, else that of its properties or default, else string", () => {
  assert.equal(typeOf({ type: "array", default: "x" }), "array");
  assert.equal(typeOf({ default: [] }), "array");
  assert.equal(typeOf({ default: { a: "b" } }), "object");
  assert.equal(typeOf({ properties: { a: {} } }), "object");
  assert.equal(typeOf({ default: "" }), "string");
  assert.equal(typeOf({}), "string");
  assert.equal(typeOf(JSON.parse('{"type": "", "default": ["x"]}')), "array");
});

Deno.test("each text is read as the param's declared type", () => {
  const specs: ParamSpec[] = [
    { name: "text" },
    { name: "list", default: ["x"] },
    { name: "map", type: "object", properties: { a: {}, b: {} } },
  ];
  assert.deepEqual(bind(specs, ["text", "a,b:c"], ["list", "a,b"], ["map", "a:1,b:2"]), [
    { name: "text", value: "a,b:c" },
    { name: "list", value: ["a", "b"] },
    { name: "map", value: { a: "1", b: "2" } },
  ]);
});

Deno.test("a param with a default may be left out, and the cluster fills it in", () => {
  assert.deepEqual(bind([{ name: "a", default: "" }, { name: "b", default: [] }]), []);
});

Deno.test("an array that is given several times has all items in order", () => {
  const list: ParamSpec = { name: "l", type: "array" };
  assert.deepEqual(bind([list], ["l", "a"], ["l", "b,c"], ["l", ""], ["l", '["d,e"]']), [
    { name: "l", value: ["a", "b", "c", "d,e"] },
  ]);
});

Deno.test("an object that is given several times has all keys, each with its last value", () => {
  const map: ParamSpec = { name: "m", type: "object", properties: { a: {}, b: {} } };
  assert.deepEqual(bind([map], ["m", "a:1"], ["m", '{"b":"2"}']), [
    { name: "m", value: { a: "1", b: "2" } },
  ]);
  assert.deepEqual(bind([map], ["m", "a:1,b:2"], ["m", "b:3"]), [
    { name: "m", value: { a: "1", b: "3" } },
  ]);
});

Deno.test("of a string that is given several times, the last counts", () => {
  const given: [string, string][] = [["a", "1"], ["l", "x"], ["a", "2"], ["l", "y"], ["b", "3"]];
  const params = bind([{ name: "a" }, { name: "b" }, { name: "l", type: "array" }], ...given);
  assert.deepEqual(params, [
    { name: "a", value: "2" },
    { name: "l", value: ["x", "y"] },
    { name: "b", value: "3" },
  ]);
  assert.deepEqual(replacedTexts(given.map(([name]) => ({ name })), params), ["a"]);
});

Deno.test("an undeclared param is refused with a list of the declared ones", () => {
  assert.equal(
    refusal(() => bind([{ name: "a" }, { name: "b" }], ["c", "1"])),
    'Cannot set param "c": Task "t" has no such param\nits params: a, b',
  );
  assert.match(refusal(() => bind([], ["c", "1"])), /\nit takes no params$/);
});

Deno.test("a value outside the enum is refused with a list of the allowed ones", () => {
  const specs: ParamSpec[] = [{ name: "a", enum: ["x", "y"] }];
  assert.deepEqual(bind(specs, ["a", "y"]), [{ name: "a", value: "y" }]);
  assert.equal(
    refusal(() => bind(specs, ["a", "z"])),
    'Cannot set param "a" of Task "t": "z" is not allowed\none of: x, y',
  );
});

Deno.test("an object needs every declared key that its default lacks", () => {
  const map: ParamSpec = { name: "m", type: "object", properties: { a: {}, b: {} } };
  assert.equal(
    refusal(() => bind([map], ["m", "a:1"])),
    'Cannot set param "m" of Task "t": it lacks the key b\n--param m=a:VALUE,b:VALUE',
  );
  assert.deepEqual(bind([{ ...map, default: { a: "0", b: "0" } }], ["m", "a:1"]), [
    { name: "m", value: { a: "1" } },
  ]);
});

Deno.test("an undeclared key is refused with a list of the declared ones", () => {
  const map: ParamSpec = { name: "m", type: "object", properties: { a: {}, b: {} } };
  assert.equal(
    refusal(() => bind([map], ["m", '{"a":"1","b":"2","c":"3","__proto__":"4"}'])),
    'Cannot set param "m" of Task "t": it has no keys c, __proto__\nits keys: a, b',
  );
  const free: ParamSpec = { name: "m", type: "object" };
  assert.deepEqual(bind([free], ["m", "x:1"]), [{ name: "m", value: { x: "1" } }]);
});

Deno.test("a text that is no object is refused with the param's name and type", () => {
  const map: ParamSpec = { name: "m", type: "object" };
  assert.equal(
    refusal(() => bind([map], ["m", "text"])),
    'Cannot set param "m": it is an object, and "text" is not\n--param m=key:value,key2:value2',
  );
  assert.equal(
    refusal(() => bind([map], ["m", '{"a":1.10}'])),
    'Cannot set param "m": it is an object, and "{"a":1.10}" is not\n' +
      `its values have to be strings: --param 'm={"key":"value"}'`,
  );
});

Deno.test("of a definition that is not known, the earlier run tells the types", () => {
  const given = ["l", "m", "s", "o"].map((name) => ({ name, text: "a:1,b:2" }));
  const known: ParamSpec[] = [{ name: "l", type: "array" }, { name: "m", properties: { a: {} } }];
  assert.deepEqual(bindUndeclared(given, [{ name: "o", value: [] }], readParam, known), [
    { name: "l", value: ["a:1", "b:2"] },
    { name: "m", value: { a: "1", b: "2" } },
    { name: "s", value: "a:1,b:2" },
    { name: "o", value: ["a:1", "b:2"] },
  ]);
});
