import assert from "node:assert/strict";
import { start, step, TEKTON } from "../support.ts";

const DENIED = 'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: ' +
  "validation failed: ";
const run = (name: string, more = {}) => ({
  name,
  taskSpec: { steps: [step("x", "true")] },
  ...more,
});

/** [what is wrong, the kind, the manifest's spec, the webhook's message] */
const REFUSED: [title: string, kind: string, spec: unknown, message: string][] = [
  [
    "two tasks of one name",
    "pipelines",
    { tasks: [run("a"), run("a")] },
    "expected exactly one, got both: spec.tasks[1].name",
  ],
  [
    "runAfter of an unknown task",
    "pipelines",
    { tasks: [run("a", { runAfter: ["b"] })] },
    "invalid value: couldn't add link between a and b: task a depends on b but b wasn't present in Pipeline: spec.tasks",
  ],
  [
    "a circle",
    "pipelines",
    { tasks: [run("a", { runAfter: ["b"] }), run("b", { runAfter: ["a"] })] },
    'invalid value: cycle detected; task "a" depends on "b": spec.tasks',
  ],
  [
    "script and command",
    "tasks",
    { steps: [step("x", "true", { command: ["true"] })] },
    "script cannot be used with command: spec.steps[0].script",
  ],
  [
    "an undeclared param",
    "tasks",
    { steps: [step("x", "echo $(params.nope)")] },
    'non-existent variable in "echo $(params.nope)": spec.steps[0].script',
  ],
  [
    "an undeclared result",
    "tasks",
    { steps: [step("x", "echo $(results.nope.path)")] },
    'non-existent variable in "echo $(results.nope.path)": spec.steps[0].script',
  ],
  ["no steps", "tasks", {}, "missing field(s): spec.steps"],
  [
    "a mount below /tekton",
    "tasks",
    { steps: [step("x", "true", { volumeMounts: [{ name: "v", mountPath: "/tekton/x" }] })] },
    'volumeMount cannot be mounted under /tekton/ (volumeMount "v" mounted at "/tekton/x"): spec.steps[0].volumeMounts[0].mountPath',
  ],
  [
    "a list inside a text",
    "tasks",
    { params: [{ name: "l", type: "array" }], steps: [step("x", "echo $(params.l[*])")] },
    'variable type invalid in "echo $(params.l[*])": spec.steps[0].script',
  ],
  [
    "native breakpoints before a step alone",
    "taskruns",
    { taskRef: { name: "x" }, debug: { breakpoints: { beforeSteps: ["a"] } } },
    "invalid value: onFailure breakpoint is empty, it is only allowed to be set as enabled: spec.debug.breakpoints.onFailure",
  ],
  [
    "native breakpoints of another kind",
    "taskruns",
    { taskRef: { name: "x" }, debug: { breakpoints: { onFailure: "disabled" } } },
    "invalid value: disabled is not a valid onFailure breakpoint value, onFailure breakpoint is only allowed to be set as enabled: spec.debug.breakpoints.onFailure",
  ],
  [
    "native breakpoints before a step twice",
    "taskruns",
    {
      taskRef: { name: "x" },
      debug: { breakpoints: { onFailure: "enabled", beforeSteps: ["a", "a"] } },
    },
    "before step must be unique, the same step: a is defined multiple times at: spec.debug.breakpoints.beforeSteps[1]",
  ],
  [
    "neither a Pipeline nor its spec",
    "pipelineruns",
    {},
    "expected exactly one, got neither: spec.pipelineRef, spec.pipelineSpec",
  ],
  [
    "an undeclared workspace",
    "pipelines",
    { tasks: [run("a", { workspaces: [{ name: "w" }] })] },
    'invalid value: pipeline task "a" expects workspace with name "w" but none exists in pipeline spec: spec.tasks[0].workspaces[0]',
  ],
];

for (const [title, kind, spec, message] of REFUSED) {
  Deno.test(`the webhook denies ${title}`, async () => {
    await using client = await start();
    const object = { metadata: { name: "x" }, spec };
    for (const path of [`${TEKTON}/${kind}`, `${TEKTON}/${kind}?dryRun=All`]) {
      await assert.rejects(client.create(path, object), { message: DENIED + message });
    }
  });
}

Deno.test("only the status of a run's spec can be changed", async () => {
  await using client = await start();
  const { metadata: { name } } = await client.startPipeline({
    pipelineSpec: { tasks: [{ name: "a", taskSpec: { steps: [step("x", "sleep 60")] } }] },
  });
  const refused = await client.patch(`${TEKTON}/pipelineruns/${name}`, { spec: { params: [] } });
  assert.match(
    refused.message,
    /Once the PipelineRun has started, only status updates are allowed/,
  );
  const labelled = await client.patch(`${TEKTON}/pipelineruns/${name}`, {
    metadata: { labels: { a: "b" } },
  });
  assert.equal(labelled.metadata.labels.a, "b");
});

Deno.test("an unknown field is dropped; strict validation and inline specs reject it", async () => {
  await using client = await start();
  const spec = { pipelineRef: { name: "x" }, debug: {} };
  const run = { metadata: { generateName: "x-" }, spec };
  const made = await client.create(`${TEKTON}/pipelineruns?dryRun=All`, run);
  assert.equal("debug" in made.spec, false);
  await assert.rejects(
    client.create(`${TEKTON}/pipelineruns?fieldValidation=Strict`, run),
    /strict decoding error: unknown field "spec.debug"/,
  );
  const inline = { pipelineSpec: { tasks: [{ name: "a", taskSpec: { steps: [], x: 1 } }] } };
  await assert.rejects(
    client.create(`${TEKTON}/pipelineruns`, { ...run, spec: inline }),
    /mutation failed: cannot decode incoming new object: json: unknown field "x"/,
  );
});
