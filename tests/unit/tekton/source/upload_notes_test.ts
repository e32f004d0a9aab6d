import assert from "node:assert/strict";
import { uploadNotes } from "../../../../src/tekton/source/upload_notes.ts";
import type { Destination } from "../../../../src/tekton/source/destination.ts";

const destination = {
  scope: { kind: "workspace", name: "output" },
  path: "/workspace/output",
  directory: ".",
} as Destination;

function notes(names: string[], replaced: number[], told: { task?: string; why?: string }) {
  const steps = names.map((name) => ({ name, image: "i" }));
  return uploadNotes({ steps }, { replaced, at: replaced[0] ?? 0 }, destination, told);
}

Deno.test("the note on a Task that is replaced whole names its steps", () => {
  assert.deepEqual(notes(["clone", "look"], [0, 1], {}), [
    "The upload stands in for the Task and all its steps (clone, look)",
  ]);
  const why = "it clones the repository";
  assert.deepEqual(notes(["clone", "look"], [0, 1], { task: "fetch", why }), [
    "The upload stands in for task fetch and all its steps (clone, look): it clones the repository",
  ]);
});

Deno.test("the note on a Task with one step does not name the step", () => {
  assert.deepEqual(notes(["clone"], [0], {}), []);
  assert.deepEqual(notes(["clone"], [0], { task: "fetch", why: "it clones" }), [
    "The upload stands in for task fetch: it clones",
  ]);
});
