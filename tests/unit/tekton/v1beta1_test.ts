import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { parse } from "npm:yaml@2.9.1";
import { ClusterError } from "../../../src/errors.ts";
import {
  pipelineFromV1beta1,
  runFromV1beta1,
  taskFromV1beta1,
} from "../../../src/tekton/v1beta1.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";
import { refusal } from "../../support/refusal.ts";

const WHAT = "Cannot resolve it";

// Both results equal those of Tekton 1.9's own ConvertTo, except for its defaults.
Deno.test("a v1beta1 Task becomes the v1 Task that Tekton converts it to", () => {
  const task = deepFreeze(parse(`
    apiVersion: tekton.dev/v1beta1
    kind: Task
    metadata: { name: build, labels: { team: a } }
    spec:
      params: [{ name: p }, { name: l, type: array, default: [a] }]
      results: [{ name: r }]
      workspaces: [{ name: w, mountPath: /x }]
      volumes: [{ name: v, emptyDir: {} }]
      resources: []
      stepTemplate: { name: gone, image: t, resources: { limits: { cpu: "1" } }, env: [{ name: A }] }
      sidecars: [{ name: s, image: i, resources: { limits: { cpu: "2" } }, tty: true, ports: [] }]
      steps:
        - name: one
          image: i
          resources: { requests: { memory: 1Gi } }
          script: echo
          tty: true
          ports: []
          livenessProbe: {}
          lifecycle: {}
          terminationMessagePath: /x
          onError: continue
        - name: two
          ref: { resolver: git, params: [{ name: url, value: u }] }
          params: [{ name: x, value: [a, b] }]
          when: [{ input: a, operator: in, values: [a] }]
  `));
  assert.deepEqual(
    taskFromV1beta1(task, WHAT),
    parse(`
      apiVersion: tekton.dev/v1
      kind: Task
      metadata: { name: build, labels: { team: a } }
      spec:
        params: [{ name: p }, { name: l, type: array, default: [a] }]
        results: [{ name: r }]
        workspaces: [{ name: w, mountPath: /x }]
        volumes: [{ name: v, emptyDir: {} }]
        stepTemplate: { image: t, computeResources: { limits: { cpu: "1" } }, env: [{ name: A }] }
        sidecars:
          - name: s
            image: i
            computeResources: { limits: { cpu: "2" } }
            tty: true
            ports: []
        steps:
          - name: one
            image: i
            computeResources: { requests: { memory: 1Gi } }
            script: echo
            onError: continue
          - name: two
            ref: { resolver: git, params: [{ name: url, value: u }] }
            params: [{ name: x, value: [a, b] }]
            when: [{ input: a, operator: in, values: [a] }]
    `),
  );
});

Deno.test("a v1beta1 Pipeline becomes v1, inline Tasks included, and the rest stays", () => {
  const pipeline = deepFreeze(parse(`
    apiVersion: tekton.dev/v1beta1
    kind: Pipeline
    metadata: { name: pipe }
    spec:
      params: [{ name: p, default: x }]
      results: [{ name: r, value: $(tasks.a.results.r) }]
      tasks:
        - { name: a, taskRef: { name: build }, retries: 2, workspaces: [{ name: w, subPath: s }] }
        - name: b
          runAfter: [a]
          taskSpec: { metadata: { labels: { l: m } }, steps: [{ image: i, resources: { limits: {} }, stdin: true }] }
      finally:
        - { name: f, taskSpec: { steps: [{ image: i, resources: {} }] } }
  `));
  assert.deepEqual(
    pipelineFromV1beta1(pipeline, WHAT),
    parse(`
      apiVersion: tekton.dev/v1
      kind: Pipeline
      metadata: { name: pipe }
      spec:
        params: [{ name: p, default: x }]
        results: [{ name: r, value: $(tasks.a.results.r) }]
        tasks:
          - { name: a, taskRef: { name: build }, retries: 2, workspaces: [{ name: w, subPath: s }] }
          - name: b
            runAfter: [a]
            taskSpec: { metadata: { labels: { l: m } }, steps: [{ image: i, computeResources: { limits: {} } }] }
        finally:
          - { name: f, taskSpec: { steps: [{ image: i, computeResources: {} }] } }
    `),
  );
});

const RESOURCES = "it has PipelineResources, which Tekton dropped\n" +
  "give params and workspaces in the place of its resources";

Deno.test("a Task with PipelineResources is refused", () => {
  const spec = { resources: { inputs: [{ name: "git", type: "git" }] }, steps: [] };
  assert.equal(
    refusal(() => taskFromV1beta1({ metadata: {}, spec }, WHAT), ClusterError),
    `${WHAT}: ${RESOURCES}`,
  );
});

for (
  const [where, spec] of [
    ["in its spec", { resources: [{ name: "git" }], tasks: [] }],
    ["in a task", { tasks: [{ name: "a", resources: { inputs: [] } }] }],
    ["in an inline Task", { finally: [{ name: "a", taskSpec: { resources: { inputs: [] } } }] }],
  ] as const
) {
  Deno.test(`a Pipeline with PipelineResources ${where} is refused`, () => {
    assert.equal(
      refusal(() => pipelineFromV1beta1({ metadata: {}, spec }, WHAT), ClusterError),
      `${WHAT}: ${RESOURCES}`,
    );
  });
}

Deno.test("a Pipeline with a bundle in the old field is refused, as Tekton does", () => {
  const spec = { tasks: [{ name: "a", taskRef: { name: "t", bundle: "registry/x:1" } }] };
  assert.equal(
    refusal(() => pipelineFromV1beta1({ metadata: {}, spec }, WHAT), ClusterError),
    `${WHAT}: task "a" has taskRef.bundle, which Tekton dropped\n` +
      "in its place: resolver: bundles, with the params bundle, name and kind",
  );
});

Deno.test("a v1beta1 run becomes the v1 run that Tekton converts it to", () => {
  const run = (text: string) => runFromV1beta1(deepFreeze(parse(text)), WHAT);
  assert.deepEqual(
    JSON.parse(JSON.stringify(run(`
      apiVersion: tekton.dev/v1beta1
      kind: PipelineRun
      metadata: { name: r }
      spec:
        serviceAccountName: sa
        podTemplate: { hostNetwork: true }
        timeout: 5m
        resources: []
        params: [{ name: p, value: v }]
        taskRunSpecs:
          - pipelineTaskName: a
            taskServiceAccountName: own
            taskPodTemplate: { nodeSelector: { a: b } }
            stepOverrides: [{ name: s, resources: { limits: { cpu: "1" } } }]
        pipelineSpec:
          tasks: [{ name: a, taskSpec: { steps: [{ image: i, resources: { limits: { cpu: "2" } } }] } }]
    `))),
    parse(`
      apiVersion: tekton.dev/v1
      kind: PipelineRun
      metadata: { name: r }
      spec:
        params: [{ name: p, value: v }]
        taskRunTemplate: { serviceAccountName: sa, podTemplate: { hostNetwork: true } }
        timeouts: { pipeline: 5m }
        taskRunSpecs:
          - pipelineTaskName: a
            serviceAccountName: own
            podTemplate: { nodeSelector: { a: b } }
            stepSpecs: [{ name: s, computeResources: { limits: { cpu: "1" } } }]
        pipelineSpec:
          tasks: [{ name: a, taskSpec: { steps: [{ image: i, computeResources: { limits: { cpu: "2" } } }] } }]
    `),
  );
  assert.deepEqual(
    run(`
      apiVersion: tekton.dev/v1beta1
      kind: TaskRun
      metadata: { name: r }
      spec:
        debug: { breakpoint: [onSteps], steps: [s] }
        sidecarOverrides: [{ name: s, resources: {} }]
        taskSpec: { steps: [{ name: s, image: i, tty: true }] }
    `),
    parse(`
      apiVersion: tekton.dev/v1
      kind: TaskRun
      metadata: { name: r }
      spec:
        debug: { breakpoint: [onSteps], steps: [s] }
        sidecarSpecs: [{ name: s, computeResources: {} }]
        taskSpec: { steps: [{ name: s, image: i }] }
    `),
  );
});
