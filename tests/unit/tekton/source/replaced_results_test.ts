import assert from "node:assert/strict";
import type { TaskSpec } from "../../../../src/tekton/model.ts";
import {
  replacedResults,
  replacedStepResults,
} from "../../../../src/tekton/source/replaced_results.ts";

const SPEC: TaskSpec = {
  results: [
    { name: "commit" },
    { name: "url" },
    { name: "image" },
    { name: "of-step", value: "$(steps.clone.results.sha)" },
    { name: "of-other", value: "$(steps.build.results.x)" },
    { name: "nobody" },
  ],
  steps: [
    {
      name: "clone",
      results: [{ name: "sha" }, { name: "unused" }],
      script: "a >$(results.commit.path)\nb >/tekton/results/url",
    },
    {
      name: "build",
      env: [{ name: "SHA", value: "$(steps.clone.results.sha)" }],
      script: "c >$(results.image.path)",
    },
  ],
};
const FIRST = { replaced: [0], at: 0 };

Deno.test("replaced steps would have written the results that they name, and those that no step names", () => {
  const names = (replaced: number[]) =>
    replacedResults(SPEC, { replaced, at: 0 }).map(({ name }) => name);
  assert.deepEqual(names([0]), ["commit", "url", "of-step", "nobody"]);
  // So would results that Tekton builds from a replaced step's result.
  assert.deepEqual(names([0, 1]), SPEC.results!.map(({ name }) => name));
});

Deno.test("a replaced step's own results are needed if later steps refer to them", () => {
  assert.deepEqual(replacedStepResults(SPEC, FIRST), [{ name: "sha" }]);
  assert.deepEqual(replacedStepResults(SPEC, { replaced: [], at: 0 }), []);
  assert.deepEqual(replacedStepResults(SPEC, { replaced: [0, 1], at: 0 }), []);
});
