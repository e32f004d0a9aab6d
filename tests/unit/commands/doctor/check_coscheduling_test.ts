import assert from "node:assert/strict";
import { checkCoscheduling } from "../../../../src/commands/doctor/check_coscheduling.ts";
import type { WorkspaceBinding } from "../../../../src/tekton/model.ts";

const SPEC = {
  tasks: [
    { name: "fetch", workspaces: [{ name: "output", workspace: "source" }] },
    { name: "build", workspaces: [{ name: "source" }, { name: "cache" }, { name: "rest" }] },
  ],
  finally: [{
    name: "report",
    workspaces: [{ name: "in", workspace: "source" }, { name: "cache" }],
  }],
};
const claim = (name: string, claimName: string): WorkspaceBinding => ({
  name,
  persistentVolumeClaim: { claimName },
});
const volume = (name: string): WorkspaceBinding => ({ name, volumeClaimTemplate: { spec: {} } });
const flags = (data: Record<string, string>) => ({ namespace: "tekton-pipelines", data });

function found(bindings: WorkspaceBinding[], data?: Record<string, string>): string[] {
  return checkCoscheduling(SPEC, bindings, data && flags(data))
    .map(({ state, text }) => `${state}: ${text}`);
}

Deno.test("a task with two claims is a failure by Tekton's default", () => {
  const expected = [
    "failure: task build uses a claim for each of source, cache: one is the most",
    "failure: task report uses a claim for each of source, cache: one is the most",
  ];
  for (const data of [{}, { coschedule: "workspaces" }] as Record<string, string>[]) {
    assert.deepEqual(found([claim("source", "a"), claim("cache", "b")], data), expected);
    assert.deepEqual(found([volume("source"), volume("cache")], data), expected);
  }
});

Deno.test("one claim in several workspaces, and other volumes, are fine", () => {
  assert.deepEqual(found([claim("source", "a"), claim("cache", "a")], {}), []);
  assert.deepEqual(found([claim("source", "a"), { name: "cache", emptyDir: {} }], {}), []);
});

Deno.test("where Tekton does not coschedule by workspaces, several claims are fine", () => {
  const both = [claim("source", "a"), claim("cache", "b")];
  assert.deepEqual(found(both, { coschedule: "disabled" }), []);
  assert.deepEqual(found(both, { "disable-affinity-assistant": "true" }), []);
});

Deno.test("without the right to read the flags, several claims are a warning", () => {
  const [first] = found([claim("source", "a"), claim("cache", "b")]);
  assert.equal(
    first,
    "warning: task build uses a claim for each of source, cache: one is the most, " +
      "unless Tekton's flag coschedule is not workspaces",
  );
});
