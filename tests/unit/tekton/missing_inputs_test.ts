import assert from "node:assert/strict";
import { isNothing, missingError, missingInputs } from "../../../src/tekton/missing_inputs.ts";
import type { ParamSpec } from "../../../src/tekton/model.ts";

const PARAMS: ParamSpec[] = [
  { name: "a" },
  { name: "b", type: "array" },
  { name: "c", type: "object", properties: { x: {}, y: {} } },
  { name: "d", default: "" },
  { name: "e", enum: ["two words", "fast"] },
];
const DECLARED = {
  params: PARAMS,
  workspaces: [{ name: "source" }, { name: "cache", optional: true }, { name: "ssh-creds" }],
};

Deno.test("params without a default and workspaces that are not optional can be missing", () => {
  const { params, workspaces } = missingInputs(DECLARED, {
    params: [{ name: "b" }],
    workspaces: [{ name: "source" }],
  });
  assert.deepEqual(params.map(({ name }) => name), ["a", "c", "e"]);
  assert.deepEqual(workspaces.map(({ name }) => name), ["ssh-creds"]);
  assert.ok(!isNothing({ params: [], workspaces }));
  assert.ok(isNothing({ params: [], workspaces: [] }));
});

Deno.test("one error has all params and workspaces, each as the flag to type", () => {
  const { message, hint } = missingError(
    'Task "t"',
    missingInputs(DECLARED, { params: [], workspaces: [] }),
  );
  assert.equal(
    message,
    'Cannot start Task "t": params "a", "b", "c", "e" and workspaces "source", "ssh-creds" not given',
  );
  assert.equal(
    hint,
    "--param a=VALUE --param b=A,B --param c=x:VALUE,y:VALUE --param e=fast " +
      "--workspace name=source,volume=1Gi --workspace name=ssh-creds,secret=SECRET",
  );
  const one = missingError("the run", { params: [], workspaces: [{ name: "w" }] });
  assert.equal(one.message, 'Cannot start the run: workspace "w" not given');
});
