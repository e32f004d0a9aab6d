/** JSON patches. A real API server gave all of these results. */
import assert from "node:assert/strict";
import { jsonPatch, type Operation, PatchError } from "../../../src/sandbox/api/json_patch.ts";
import { start, step, TEKTON } from "../support.ts";

const TARGET = { labels: { "a/b": "1", "c~d": "2" }, steps: [{ name: "one" }, { name: "two" }] };

const patched = (...patch: Operation[]) => jsonPatch(TARGET, patch);
const refused = (...patch: Operation[]) => assert.throws(() => patched(...patch), PatchError);

Deno.test("a JSON patch replaces, in a copy", () => {
  assert.deepEqual(
    patched(
      { op: "replace", path: "/labels/a~1b", value: "3" },
      { op: "replace", path: "/labels/c~0d", value: "4" },
      { op: "replace", path: "/steps/1/name", value: "last" },
    ),
    { labels: { "a/b": "3", "c~d": "4" }, steps: [{ name: "one" }, { name: "last" }] },
  );
  assert.deepEqual(Object.values(TARGET.labels), ["1", "2"]);
  assert.deepEqual(patched({ op: "replace", path: "", value: 1 }), 1);
});

Deno.test("a JSON patch tests whole values, regardless of the order of keys", () => {
  const steps = [{ name: "one" }, { name: "two" }];
  const labels = { "c~d": "2", "a/b": "1" };
  assert.deepEqual(patched({ op: "test", path: "", value: { steps, labels } }), TARGET);
  refused({ op: "test", path: "/steps", value: steps.slice(1) });
  refused({ op: "test", path: "/steps/0", value: { name: "one", script: "" } });
});

Deno.test("a JSON patch is as lenient as the API server", () => {
  assert.deepEqual(
    patched(
      { op: "test", path: "/labels/none", value: null },
      { op: "test", path: "/steps/-1/name", value: "two" },
      { op: "replace", path: "/steps/0", value: {} },
      { op: "replace", path: "/steps/0/name" },
    ),
    { ...TARGET, steps: [{ name: null }, { name: "two" }] },
  );
});

Deno.test("a JSON patch with a path that does not exist is rejected", () => {
  refused({ op: "test", path: "/labels/toString", value: 1 });
  refused({ op: "replace", path: "/steps/2", value: 1 });
  refused({ op: "replace", path: "/none/0/script", value: 1 });
  refused({ op: "replace", path: "/steps/x", value: 1 });
  refused({ op: "replace", path: "/steps/-4", value: 1 });
  refused({ op: "replace", path: "/steps/0/name/x", value: 1 });
  refused({ op: "replace", path: "labels" });
  refused({ op: "remove", path: "/labels" });
});

Deno.test("a script is patched only if the patch's test holds; the API server does not say why not", async () => {
  await using client = await start();
  const task = { metadata: { name: "hello" }, spec: { steps: [step("hi", "echo hi")] } };
  await client.create(`${TEKTON}/tasks`, task);
  const path = "/spec/steps/0/script";
  const send = (patch: unknown) =>
    client.json(`${TEKTON}/tasks/hello`, {
      method: "PATCH",
      headers: { "content-type": "application/json-patch+json" },
      body: JSON.stringify(patch),
    });
  const change = [
    { op: "test", path, value: "echo hi" },
    { op: "replace", path, value: "echo hello" },
  ];
  assert.equal((await send(change)).spec.steps[0].script, "echo hello");
  assert.deepEqual(await send(change), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "the server rejected our request due to an error in our request",
    reason: "Invalid",
    details: {},
    code: 422,
  });
  const { message, code } = await send({ a: 1 });
  assert.deepEqual([code, message.slice(0, 27)], [400, "error decoding patch: json:"]);
  const bad = await send([{ op: "replace", path: "/spec/steps/0/name", value: "Bad Name" }]);
  assert.match(bad.message, /denied the request.*spec\.steps\[0\]\.name/);
});
