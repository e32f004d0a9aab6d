import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { parse, parseAllDocuments } from "npm:yaml@2.9.1";
import example from "../../../../examples/pipeline.yaml" with { type: "text" };
import { lowerPipeline as lower, type PipelineUpload } from "../../../support/lower_upload.ts";
import type {
  Pipeline,
  PipelineRun,
  PipelineTask,
  Task,
  TaskSpec,
} from "../../../../src/tekton/model.ts";
import type { Named } from "../../../../src/kube/interface.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { GATE, HOLD, into, wholeOf } from "../../../support/fake_gate.ts";

function lowerPipeline(upload: PipelineUpload): PipelineRun {
  return lower(upload).inline();
}

interface Parts {
  tasks: PipelineTask[];
  finally?: PipelineTask[];
  params?: { name: string; type?: "array" | "string"; default?: string | string[] }[];
  task: TaskSpec;
  rest?: Partial<PipelineUpload>;
}

/** A frozen upload into workspace `output` that replaces task `clone` with its first step. */
function upload({ tasks, params, task, rest, finally: last }: Parts): PipelineUpload {
  const target = [...tasks, ...last ?? []].find((one) => one.name === "clone")!;
  return deepFreeze({
    pipeline: { kind: "Pipeline", metadata: { name: "p" }, spec: { params, tasks, finally: last } },
    target,
    task: { metadata: { name: "fetch" }, spec: task },
    standIn: wholeOf(task),
    destination: into("output"),
    gate: GATE,
    namespace: "ns",
    params: [],
    workspaces: [{ name: "source", emptyDir: {} }],
    ...rest,
  });
}

/** The lowered task of such an upload, as sent to the cluster. */
function lowered(parts: Parts): PipelineTask & { taskSpec: TaskSpec } {
  const { spec } = JSON.parse(JSON.stringify(lowerPipeline(upload(parts))));
  const { tasks, finally: last = [] } = spec.pipelineSpec;
  return [...tasks, ...last].find((task) => task.name === "clone");
}

const CLONE: PipelineTask = {
  name: "clone",
  taskRef: { name: "fetch" },
  workspaces: [{ name: "output", workspace: "source" }],
};
const FETCH: TaskSpec = { workspaces: [{ name: "output" }], steps: [{ name: "s", image: "i" }] };

Deno.test("the Pipeline of examples/ becomes this PipelineRun", () => {
  const [task, , pipeline] = parseAllDocuments(example)
    .map((document) => document.toJS()) as [Task, Task, Named<Pipeline>];
  task.metadata.labels = { team: "a" };
  pipeline.metadata.annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    note: "kept",
  };
  const run = lowerPipeline(deepFreeze({
    pipeline,
    target: pipeline.spec.tasks![0],
    task,
    standIn: wholeOf(task.spec),
    destination: into("output"),
    gate: GATE,
    namespace: "ns",
    params: [{ name: "url", value: "file:///here" }],
    workspaces: [{ name: "source", persistentVolumeClaim: { claimName: "pvc" } }],
    serviceAccount: "builder",
  }));
  assert.deepEqual(
    JSON.parse(JSON.stringify(run)),
    parse(`
      apiVersion: tekton.dev/v1
      kind: PipelineRun
      metadata:
        generateName: greet-run-
        namespace: ns
        labels: { tekton.dev/pipeline: greet }
        annotations: { note: kept }
      spec:
        params: [{ name: url, value: "file:///here" }]
        workspaces: [{ name: source, persistentVolumeClaim: { claimName: pvc } }]
        taskRunTemplate: { serviceAccountName: builder }
        taskRunSpecs:
          - { pipelineTaskName: clone, metadata: { labels: { tekton.dev/pipeline: greet } } }
          - { pipelineTaskName: test, metadata: { labels: { tekton.dev/pipeline: greet } } }
          - { pipelineTaskName: build, metadata: { labels: { tekton.dev/pipeline: greet } } }
        pipelineSpec:
          params: [{ name: url, default: "https://github.com/example/greet" }]
          workspaces: [{ name: source }]
          tasks:
            - name: clone
              params: []
              workspaces: [{ name: output, workspace: source }]
              runAfter: []
              taskSpec:
                metadata:
                  labels: { team: a, tkn-dev/task: git-clone }
                  annotations: {}
                params: []
                workspaces: [{ name: output }]
                results: [{ name: commit }, { name: url }]
                steps:
                  - name: clone
                    image: alpine/git:2.49.1
                    script: "#!/bin/sh\\nhold\\n"
                    args: ["600", $(workspaces.output.path)]
                    volumeMounts: [{ name: gate-abc, mountPath: /gate }]
                volumes: [{ name: gate-abc, emptyDir: {} }]
            - name: test
              runAfter: [clone]
              taskRef: { name: run-script }
              params: [{ name: script, value: test/test.sh }]
              workspaces: [{ name: source }]
            - name: build
              runAfter: [test]
              taskRef: { name: run-script }
              params:
                - { name: script, value: build.sh }
                - { name: commit, value: $(tasks.clone.results.commit) }
              workspaces: [{ name: source }]
    `),
  );
});

Deno.test("the held step keeps only its image, user, pull policy and resources", () => {
  const { taskSpec } = lowered({
    tasks: [CLONE],
    task: {
      ...FETCH,
      sidecars: [{ name: "x" }],
      volumes: [{ name: "own", emptyDir: {} }],
      stepTemplate: { env: [{ name: "A" }], securityContext: { runAsUser: 1 }, command: ["x"] },
      steps: [
        {
          name: "first",
          image: "i",
          imagePullPolicy: "Always",
          securityContext: { runAsUser: 2 },
          computeResources: { limits: { cpu: "1" } },
          command: ["git"],
          env: [{ name: "B" }],
          when: [{}],
          onError: "continue",
          timeout: "1s",
          workingDir: "/x",
        },
        { name: "second", image: "j" },
      ],
    },
  });
  assert.deepEqual(taskSpec.steps, [{
    name: "first",
    image: "i",
    imagePullPolicy: "Always",
    securityContext: { runAsUser: 2 },
    computeResources: { limits: { cpu: "1" } },
    script: HOLD,
    args: ["600", "$(workspaces.output.path)"],
    volumeMounts: [{ name: "gate-abc", mountPath: "/gate" }],
  }]);
  assert.deepEqual(taskSpec.stepTemplate, { securityContext: { runAsUser: 1 } });
  assert.deepEqual(taskSpec.volumes, [{ name: "gate-abc", emptyDir: {} }]);
  assert.equal(taskSpec.sidecars, undefined);
});

Deno.test("an unnamed step keeps the name that Tekton gives it", () => {
  const task = { ...FETCH, steps: [{ image: "i" }] };
  assert.equal(lowered({ tasks: [CLONE], task }).taskSpec.steps![0].name, "unnamed-0");
});

Deno.test("results stay declared, but are not built from replaced steps", () => {
  const results = [{ name: "a", value: "$(steps.s.results.a)" }, {
    name: "b",
    type: "array" as const,
  }];
  const { taskSpec } = lowered({ tasks: [CLONE], task: { ...FETCH, results } });
  assert.deepEqual(taskSpec.results, [{ name: "a" }, { name: "b", type: "array" }]);
});

Deno.test("workspaces without the upload are removed, in the task and in its spec", () => {
  const two = [{ name: "output", mountPath: "/src" }, { name: "ssh", optional: true }];
  const clone = {
    ...CLONE,
    workspaces: [...CLONE.workspaces!, { name: "ssh", workspace: "keys" }],
  };
  const { taskSpec, workspaces } = lowered({ tasks: [clone], task: { ...FETCH, workspaces: two } });
  assert.deepEqual(taskSpec.workspaces, [two[0]]);
  assert.deepEqual(workspaces, CLONE.workspaces);
});

const IMAGE: TaskSpec = {
  params: [{ name: "image", default: "alpine" }, { name: "unused" }],
  workspaces: [{ name: "output" }],
  steps: [{ name: "s", image: '$(params.image) $(params["image"])' }],
};

Deno.test("only params that are still used stay", () => {
  const params = [{ name: "image", value: "busybox" }, { name: "unused", value: "x" }];
  const one = lowered({ tasks: [{ ...CLONE, params }], task: IMAGE });
  assert.deepEqual(one.params, [{ name: "image", value: "busybox" }]);
  assert.deepEqual(one.taskSpec.params, [{ name: "image", default: "alpine" }]);
  assert.equal(one.taskSpec.steps![0].image, '$(params.image) $(params["image"])');
});

const collisions: [where: string, Partial<Parts>][] = [
  ["the Pipeline", { params: [{ name: "image", default: "pipelines-own" }] }],
  ["the run", { rest: { params: [{ name: "image", value: "x" }] } }],
  ["another task", { tasks: [CLONE, { name: "b", params: [{ name: "image", value: "x" }] }] }],
  ["another inline Task", {
    tasks: [CLONE, { name: "b", taskSpec: { params: [{ name: "image" }] } }],
  }],
  ["a finally task", { finally: [{ name: "b", params: [{ name: "image", value: "x" }] }] }],
];

for (const [where, parts] of collisions) {
  Deno.test(`a Task's param is renamed if ${where} has the same name`, () => {
    const tasks = (parts.tasks ?? [CLONE]).map((task) =>
      task === CLONE ? { ...CLONE, params: [{ name: "image", value: "$(params.image)" }] } : task
    );
    const one = lowered({ task: IMAGE, ...parts, tasks });
    assert.deepEqual(one.taskSpec.params, [{ name: "image-of-clone", default: "alpine" }]);
    // The value is the Pipeline's, and keeps the Pipeline's names.
    assert.deepEqual(one.params, [{ name: "image-of-clone", value: "$(params.image)" }]);
    assert.equal(
      one.taskSpec.steps![0].image,
      '$(params.image-of-clone) $(params["image-of-clone"])',
    );
  });
}

Deno.test("the new name is unique, also among the Task's other params", () => {
  const task: TaskSpec = {
    ...IMAGE,
    params: [{ name: "image" }, { name: "image-of-clone-2" }],
    steps: [{ name: "s", image: "$(params.image):$(params.image-of-clone-2)" }],
  };
  const params = [{ name: "image" }, { name: "image-of-clone" }];
  const one = lowered({ tasks: [CLONE], params, task });
  assert.deepEqual(one.taskSpec.params, [{ name: "image-of-clone-3" }, {
    name: "image-of-clone-2",
  }]);
  assert.equal(
    one.taskSpec.steps![0].image,
    "$(params.image-of-clone-3):$(params.image-of-clone-2)",
  );
});

Deno.test("a param to which only another param's default refers stays too", () => {
  const task: TaskSpec = {
    ...IMAGE,
    params: [
      { name: "image", default: "$(params.registry)/x" },
      { name: "registry", default: "$(params.host)" },
      { name: "host", default: "h" },
      { name: "unused", default: "$(params.image)" },
    ],
  };
  const one = lowered({ tasks: [CLONE], params: [{ name: "host" }], task });
  assert.deepEqual(one.taskSpec.params, [
    { name: "image", default: "$(params.registry)/x" },
    { name: "registry", default: "$(params.host-of-clone)" },
    { name: "host-of-clone", default: "h" },
  ]);
});

Deno.test("an inline Task keeps its params' names: the Pipeline's values are meant for it", () => {
  const taskSpec: TaskSpec = { ...IMAGE, params: [{ name: "image" }] };
  const one = lowered({
    tasks: [{ name: "clone", taskSpec, workspaces: CLONE.workspaces }],
    params: [{ name: "image", default: "golang" }],
    task: taskSpec,
  });
  assert.deepEqual(one.taskSpec.params, [{ name: "image" }]);
  assert.equal(one.taskSpec.steps![0].image, '$(params.image) $(params["image"])');
});

Deno.test("runAfter keeps the order that removed params gave by other tasks' results", () => {
  const one = lowered({
    tasks: [
      { name: "a" },
      { name: "b" },
      {
        ...CLONE,
        runAfter: ["a"],
        params: [{ name: "url", value: "$(tasks.b.results.url) $(tasks.a.results.x)" }],
      },
    ],
    task: { ...FETCH, params: [{ name: "url" }] },
  });
  assert.deepEqual(one.runAfter, ["a", "b"]);
  assert.deepEqual(one.params, []);
});

Deno.test("a finally task is lowered in its place and has no runAfter", () => {
  const clone = { ...CLONE, params: [{ name: "x", value: "$(tasks.a.results.x)" }] };
  const one = lowered({ tasks: [{ name: "a" }], finally: [clone], task: FETCH });
  assert.equal("runAfter" in one, false);
  assert.deepEqual(one.taskSpec.steps!.map((step) => step.script), [HOLD]);
});

Deno.test("retries are dropped, and a param with their number keeps it", () => {
  const task = lowered({
    tasks: [{
      ...CLONE,
      retries: 2,
      params: [{ name: "tag", value: "$(context.pipelineTask.retries)" }],
    }],
    task: { ...FETCH, params: [{ name: "tag" }], steps: [{ image: "i:$(params.tag)" }] },
  });
  assert.deepEqual([task.retries, task.params], [undefined, [{ name: "tag", value: "2" }]]);
});

Deno.test("the variable of the Pipeline's name becomes literal, that of the run's stays", () => {
  const other = {
    name: "b",
    params: [{ name: "x", value: "$(context.pipeline.name) $(context.pipelineRun.name)" }],
  };
  const { spec } = lowerPipeline(upload({ tasks: [CLONE, other], task: FETCH }));
  assert.deepEqual(spec.pipelineSpec!.tasks![1].params, [
    { name: "x", value: "p $(context.pipelineRun.name)" },
  ]);
});

Deno.test("labels and annotations come from Pipeline and Task, without kubectl's copy", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", a: "b" };
  const labels = { x: "y", "tekton.dev/pipeline": "another", "tekton.dev/task": "another" };
  const metadata = { name: "p", labels, annotations };
  const parts = { tasks: [CLONE], task: FETCH };
  const whole = upload(parts);
  const rest: Partial<PipelineUpload> = {
    pipeline: { ...whole.pipeline, metadata },
    task: { spec: FETCH, metadata: { ...metadata, name: "fetch" } },
  };
  const run = lowerPipeline(upload({ ...parts, rest }));
  assert.deepEqual(run.metadata.labels, { x: "y", "tekton.dev/pipeline": "p" });
  assert.deepEqual(run.metadata.annotations, { a: "b" });
  assert.deepEqual(lowered({ ...parts, rest }).taskSpec.metadata, {
    labels: { x: "y", "tekton.dev/pipeline": "another", "tkn-dev/task": "fetch" },
    annotations: { a: "b" },
  });
});

Deno.test("an inline Task keeps its labels in the Pipeline", () => {
  const taskSpec = { ...FETCH, metadata: { labels: { a: "1" }, annotations: { b: "2" } } };
  const one = lowered({
    tasks: [{ name: "clone", taskSpec }],
    task: FETCH,
    rest: { task: { spec: FETCH } },
  });
  assert.deepEqual(one.taskSpec.metadata, { labels: { a: "1" }, annotations: { b: "2" } });
});

Deno.test("a held task has no retries and no timeout, and keeps its conditions", () => {
  const when = [{ input: "a", operator: "in", values: ["a"] }];
  const clone = {
    ...CLONE,
    retries: 3,
    timeout: "1m",
    when,
    onError: "continue",
    displayName: "d",
  };
  const one = lowered({ tasks: [clone], task: FETCH });
  const { taskSpec: _, ...rest } = one;
  assert.deepEqual(rest, {
    name: "clone",
    when,
    onError: "continue",
    displayName: "d",
    params: [],
    workspaces: CLONE.workspaces,
    runAfter: [],
  });
});

Deno.test("a run without a service account names none, and the Pipeline's other keys stay", () => {
  const whole = upload({ tasks: [CLONE], task: FETCH });
  const spec = { ...whole.pipeline.spec, displayName: "d", results: [{ name: "r", value: "v" }] };
  const run = lowerPipeline({ ...whole, pipeline: { ...whole.pipeline, spec } });
  assert.equal("taskRunTemplate" in run.spec, false);
  assert.equal(run.spec.pipelineSpec!.displayName, "d");
  assert.deepEqual(run.spec.pipelineSpec!.results, [{ name: "r", value: "v" }]);
});

Deno.test("a separate image takes the upload, regardless of the template", () => {
  const task = { ...FETCH, stepTemplate: { image: "t" } };
  const { taskSpec } = lowered({ tasks: [CLONE], task, rest: { image: "busybox" } });
  assert.equal(taskSpec.steps![0].image, "busybox");
});
