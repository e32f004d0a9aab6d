import assert from "node:assert/strict";
import { app } from "../../../src/app.ts";
import type { KubeObject, Resource, Stored } from "../../../src/kube/interface.ts";
import { PIPELINES, TASKS } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import corpus from "../corpus/create.json" with { type: "json" };
import { anyJson, mostOf, roughly, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const name = roughly(fc.constantFrom("a", "a", "s", "s", "b", "t", "p", ""));
const list = <T>(item: fc.Arbitrary<T>) => roughly(fc.array(roughly(item), { maxLength: 3 }));

const value = roughly(fc.oneof(text, fc.constantFrom("$(params.a)", "$(params.a[*])", "$(")));
const params = list(mostOf({ name, value, type: name, default: value }));
const step = mostOf({
  name,
  image: roughly(fc.constant("i")),
  script: value,
  command: list(value),
  args: list(value),
  env: list(mostOf({ name, value })),
  when: list(anyJson),
  ref: mostOf({ name }),
});
const taskSpec = mostOf({
  params,
  workspaces: list(mostOf({ name })),
  steps: roughly(fc.array(step, { minLength: 1, maxLength: 3 })),
  stepTemplate: step,
  volumes: list(mostOf({ name })),
});
const task = mostOf({
  name,
  taskRef: mostOf({ name, kind: name, resolver: name, params }),
  taskSpec,
  params,
  workspaces: list(mostOf({ name, workspace: name })),
  retries: roughly(fc.nat(3)),
  timeout: roughly(fc.constantFrom("1h", "0", "x")),
  matrix: mostOf({ params }),
});
const debug = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { breakpoint: ["onSteps"], steps: ["a/s"] },
      { breakpoint: ["onSteps"], steps: ["s"] },
      { breakpoint: ["onTasks"], tasks: ["a"] },
      { breakpoint: ["onTasks", "onSteps"], tasks: ["a"], steps: ["a/s", "b/s"] },
    ),
  },
  {
    weight: 1,
    arbitrary: mostOf({
      breakpoint: roughly(fc.subarray(["onTasks", "onSteps"], { minLength: 1 })),
      tasks: list(name),
      steps: list(fc.constantFrom("a/s", "t/a", "s", "a", "b/s")),
    }),
  },
);
const run = mostOf({
  apiVersion: roughly(fc.constantFrom("tekton.dev/v1", "tekton.dev/v1beta1")),
  kind: roughly(fc.constantFrom("PipelineRun", "TaskRun")),
  metadata: mostOf({ name, generateName: name, labels: mostOf({ a: name }) }),
  spec: mostOf({
    debug,
    params,
    pipelineSpec: mostOf({ tasks: list(task), finally: list(task), params }),
    pipelineRef: mostOf({ name }),
    taskSpec,
    taskRef: mostOf({ name }),
    workspaces: list(mostOf({ name })),
    timeouts: mostOf({ pipeline: name, tasks: name }),
    taskRunTemplate: anyJson,
  }),
});
const documents = fc.array(run, { minLength: 1, maxLength: 2 })
  .map((all) => all.map((one) => JSON.stringify(one)).join("\n---\n"));
const yaml = fc.array(
  fc.constantFrom(
    "a: ",
    "- ",
    "\n",
    "  ",
    "&x ",
    "*x",
    "!!binary ",
    "{",
    "}",
    "[",
    "]",
    "|\n",
    "? ",
  )
    .chain((sharp) => text.map((plain) => sharp + plain)),
  { maxLength: 10 },
).map((parts) => parts.join(""));

/** Rejects what the webhook rejects. Drops the fields of TEP-0149, like every release of Tekton. */
class Cluster extends FakeKube {
  constructor() {
    super();
    const spec = { steps: [{ name: "s", script: "x" }] };
    this.put(TASKS, { metadata: { name: "t" }, spec });
    this.put(PIPELINES, {
      metadata: { name: "p" },
      spec: { tasks: [{ name: "a", taskSpec: spec }] },
    });
  }

  override create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: { dryRun?: boolean } = {},
  ): Promise<Stored<T>> {
    const { debug: _, ...spec } = object.spec as Record<string, unknown>;
    const named = { generateName: "run-", ...object.metadata };
    return super.create(resource, { ...object, metadata: named, spec }, options);
  }
}

export const createTarget: Target<string> = {
  name: "create",
  claim: "a file of runs is lowered or refused with a message; no content is a bug of the program",
  inputs: fc.oneof({ weight: 6, arbitrary: documents }, yaml, text),
  async check(input) {
    const host = new FakeHost(new MemoryFiles(), new Cluster());
    host.terminal.stdin = input;
    const code = await app(["create", "-f", "-", "--dry-run"], host);
    const { stdout, stderr } = host.terminal;
    assert.ok([0, 2, 3].includes(code), `exit code ${code}: ${stderr}`);
    if (code === 0) assert.match(stdout, /^kind: (PipelineRun|TaskRun)$/m);
  },
  corpus,
  runs: 6_000,
  permissions: { env: ["LOG_TOKENS", "LOG_STREAM"] }, // the library `yaml` asks for these
};
