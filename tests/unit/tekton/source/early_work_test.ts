import assert from "node:assert/strict";
import { earlySteps, earlyTasks } from "../../../../src/tekton/source/early_work.ts";

Deno.test("tasks that do not wait for the upload, by order or by results, are early", () => {
  const spec = {
    tasks: [
      { name: "clean" },
      { name: "clone", runAfter: ["clean"] },
      { name: "test", runAfter: ["clone"] },
      { name: "tag", params: [{ name: "commit", value: "$(tasks.clone.results.commit)" }] },
      { name: "publish", runAfter: ["tag"] },
      { name: "lint-config" },
    ],
    finally: [{ name: "notify" }],
  };
  assert.deepEqual(earlyTasks(spec, "clone"), ["task clean", "task lint-config"]);
  assert.deepEqual(earlyTasks({ tasks: spec.tasks.slice(1, 3) }, "clone"), []);
  assert.deepEqual(
    earlyTasks({ tasks: [{ name: "a" }], finally: [{ name: "last" }] }, "last"),
    ["task a"],
  );
});

Deno.test("steps before the upload are early, unless the upload replaces them", () => {
  const spec = { steps: [{ name: "login" }, { name: "prepare" }, {}, { name: "test" }] };
  assert.deepEqual(earlySteps(spec, { replaced: [2], at: 2 }), ["step login", "step prepare"]);
  assert.deepEqual(earlySteps(spec, { replaced: [0, 1, 2], at: 2 }), []);
  assert.deepEqual(earlySteps(spec, { replaced: [], at: 0 }), []);
});
