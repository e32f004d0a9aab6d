/** Every command that reads objects, with a mistake in one: an error, but not a bug of tkn-dev. */
import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { parseAllDocuments } from "npm:yaml@2.9.1";
import example from "../../../examples/pipeline.yaml" with { type: "text" };
import { app } from "../../../src/app.ts";
import { AnswerError, MalformedError, parseObject } from "../../../src/kube/answers.ts";
import {
  type ExecOptions,
  type ExecResult,
  type KubeObject,
  PODS,
  type Resource,
  type Selector,
  type WatchEvent,
} from "../../../src/kube/interface.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  PIPELINES,
  RESOLUTION_REQUESTS,
  STEP_ACTIONS,
  TASK_RUNS,
  TASKS,
} from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { anyMutation, mutated, type Mutation } from "../../support/mutate.ts";
import { Random } from "../../support/random.ts";
import { tree } from "../../support/tree_text.ts";

/** The number of calls of each command, with other mistakes each time. */
const ROUNDS = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 25);

const STEP = {
  name: "s",
  image: "busybox",
  script: "make",
  args: ["$(params.greeting)"],
  env: [{ name: "A", value: "a" }, {
    name: "B",
    valueFrom: { secretKeyRef: { name: "b", key: "b" } },
  }],
  volumeMounts: [{ name: "cache", mountPath: "/cache" }],
  onError: "continue",
  timeout: "5m",
};
const TASK = {
  description: "d",
  params: [{ name: "greeting", type: "string", default: "hello", enum: ["hello", "bye"] }],
  results: [{ name: "commit", type: "string" }],
  workspaces: [{ name: "source", mountPath: "/w" }],
  volumes: [{ name: "cache", emptyDir: {} }],
  stepTemplate: { command: ["sh", "-c"], env: [{ name: "C", value: "c" }] },
  sidecars: [{ name: "db", image: "db" }],
  steps: [STEP, { name: "action", ref: { name: "action", params: [{ name: "p", value: "v" }] } }],
};
const WORKSPACE = { name: "source", persistentVolumeClaim: { claimName: "pvc" } };
const CLAIM = ["-w", "name=source,claimName=pvc"];
const ENDED = { type: "Succeeded", status: "True", reason: "Succeeded", message: "m" };
const TIMES = { startTime: "2026-01-01T00:00:00Z", completionTime: "2026-01-01T00:00:09Z" };
const STEPS = [{ name: "s", container: "step-s", terminated: { exitCode: 1, reason: "Error" } }];
const OLD = { labels: { "tkn-dev/version": "0.1.0" }, creationTimestamp: "2026-01-01T00:00:00Z" };

const RICH = {
  metadata: { name: "rich", labels: { a: "b" }, annotations: { c: "d" } },
  spec: {
    params: [{ name: "list", default: ["a"] }, {
      name: "map",
      properties: { k: {} },
      default: { k: "v" },
    }],
    workspaces: [{ name: "source" }],
    results: [{ name: "r", value: "$(tasks.fetch.results.commit)" }],
    tasks: [
      {
        name: "fetch",
        taskRef: { resolver: "git", params: [{ name: "url", value: "u" }] },
        params: [{ name: "greeting", value: "hello" }],
        workspaces: [{ name: "source", workspace: "source", subPath: "s" }],
      },
      {
        name: "inline",
        runAfter: ["fetch"],
        retries: 1,
        timeout: "1h",
        when: [{ input: "a", operator: "in", values: ["a"] }],
        params: [{ name: "greeting", value: "$(params.list[*])" }],
        workspaces: [{ name: "source" }],
        taskSpec: { ...TASK, metadata: { labels: { a: "b" } } },
      },
      {
        name: "many",
        taskRef: { name: "t", kind: "Task" },
        matrix: { params: [{ name: "greeting", value: ["a", "b"] }] },
      },
    ],
    finally: [{ name: "end", taskRef: { name: "t" }, workspaces: [{ name: "source" }] }],
  },
};

function objects(): [Resource, KubeObject][] {
  const fromExample = parseAllDocuments(example).map((document) => document.toJS() as KubeObject)
    .map((one): [Resource, KubeObject] => [one.kind === "Pipeline" ? PIPELINES : TASKS, one]);
  return [
    ...fromExample,
    [PIPELINES, RICH],
    [TASKS, { metadata: { name: "t", labels: { a: "b" } }, spec: TASK }],
    [STEP_ACTIONS, {
      metadata: { name: "action" },
      spec: { image: "i", script: "x", params: [{ name: "p" }] },
    }],
    [TASK_RUNS, { ...taskRun("r"), metadata: { name: "r" } }],
    [PODS, pod("r")],
    [PIPELINE_RUNS, pipelineRun("p")],
    [TASK_RUNS, taskRun("p-a", "p")],
    [PODS, pod("p-a", "p")],
    [PIPELINES, temporary("Pipeline", "tkn-dev-a", { tasks: [] })],
    [TASKS, temporary("Task", "tkn-dev-a-0", TASK)],
  ];
}

function taskRun(name: string, run?: string): KubeObject {
  const labels = {
    [LABEL.task]: "t",
    ...(run && { [LABEL.pipelineRun]: run, [LABEL.pipelineTask]: "a" }),
  };
  return {
    kind: "TaskRun",
    metadata: { name, labels },
    spec: {
      params: [{ name: "greeting", value: "hello" }],
      workspaces: [WORKSPACE],
      taskSpec: TASK,
    },
    status: {
      ...TIMES,
      podName: `${name}-pod`,
      conditions: [{ ...ENDED, status: "Unknown" }],
      steps: STEPS,
      taskSpec: TASK,
      results: [{ name: "commit", value: "c" }],
    },
  };
}

function pipelineRun(name: string): KubeObject {
  return {
    kind: "PipelineRun",
    metadata: { name, labels: { [LABEL.pipeline]: "rich" } },
    spec: {
      pipelineRef: { name: "rich" },
      params: [{ name: "list", value: ["x"] }],
      workspaces: [WORKSPACE],
    },
    status: {
      ...TIMES,
      conditions: [{ ...ENDED, status: "Unknown" }],
      childReferences: [{ name: `${name}-a`, kind: "TaskRun", pipelineTaskName: "a" }],
      skippedTasks: [{ name: "b", reason: "When" }],
      pipelineSpec: { tasks: [{ name: "a", taskRef: { name: "t" } }] },
    },
  };
}

function pod(run: string, pipelineRun?: string): KubeObject {
  const labels = {
    [LABEL.taskRun]: run,
    ...(pipelineRun && { [LABEL.pipelineRun]: pipelineRun, [LABEL.pipelineTask]: "a" }),
  };
  const volumeMounts = [{ name: "g", mountPath: "/tkn-dev" }, { name: "w", mountPath: "/w" }];
  return {
    kind: "Pod",
    metadata: { name: `${run}-pod`, labels },
    spec: {
      containers: [{
        name: "step-s",
        image: "busybox",
        args: ["-post_file", "/x"],
        env: STEP.env,
        volumeMounts,
      }],
      volumes: [{ name: "w", persistentVolumeClaim: { claimName: "pvc" } }],
      nodeName: "n",
    },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{
        name: "step-s",
        state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
      }],
    },
  };
}

function temporary(kind: string, name: string, spec: unknown): KubeObject {
  const annotations = {
    "tkn-dev/invocation": `${kind}/${name}/m/240`,
    "tkn-dev/run": "PipelineRun/p",
  };
  return { kind, metadata: { name, ...OLD, annotations }, spec };
}

/** Answers like the real client, which checks answers, with a mistake in one object. */
class MistakenKube extends FakeKube {
  readonly #wrong: string;
  readonly #mutations: Mutation[];
  /** The resolver's answer. */
  readonly resolved: unknown;

  constructor(random: Random) {
    super();
    const all = objects();
    for (const [resource, object] of all) this.put(resource, object);
    const remote = {
      apiVersion: "tekton.dev/v1",
      kind: "Task",
      metadata: { name: "far" },
      spec: TASK,
    };
    const [, wrong] = random.pick([...all, [TASKS, remote] as const]);
    this.#mutations = Array.from({ length: 1 + random.below(2) }, () => anyMutation(wrong, random));
    this.#wrong = wrong.metadata.name!;
    this.resolved = wrong === remote ? this.#mutate(remote) : remote;
    for (const pod of ["r-pod", "p-a-pod"]) {
      this.log(pod, "step-s").say("tkn-dev: held, workspace: /w");
      this.log(pod, "step-s").end();
    }
  }

  #mutate<T>(object: T): T {
    return this.#mutations.reduce(mutated, object);
  }

  #answer<T extends KubeObject>(verb: string, resource: Resource, object: T): T {
    const isWrong = object.metadata.name === this.#wrong;
    const text = JSON.stringify(isWrong ? this.#mutate(object) : object);
    try {
      return parseObject<T>(text, resource);
    } catch (error) {
      assert.ok(error instanceof AnswerError);
      throw new MalformedError(`${verb} ${resource.kind}`, error);
    }
  }

  override async get<T extends KubeObject>(resource: Resource, namespace: string, name: string) {
    return this.#answer("get", resource, await super.get<T>(resource, namespace, name));
  }

  override async list<T extends KubeObject>(resource: Resource, selector: Selector) {
    const found = await super.list<T>(resource, selector);
    return found.map((one) => this.#answer("list", resource, one));
  }

  override async *watch<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    for await (const { type, object } of super.watch<T>(resource, selector, signal)) {
      yield { type, object: this.#answer("watch", resource, object) };
    }
  }

  override onExec = async (options: ExecOptions): Promise<ExecResult> => {
    await Promise.resolve();
    options.onStdout?.(new TextEncoder().encode("said\n"));
    return { exitCode: 0, message: "" };
  };
}

const RUNS = [
  {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { generateName: "r-", labels: { a: "b" } },
    spec: {
      debug: {
        breakpoint: ["onTasks", "onSteps"],
        tasks: ["inline"],
        steps: ["fetch/s", "end/action"],
      },
      pipelineRef: { name: "rich" },
      params: [{ name: "list", value: ["x"] }],
      workspaces: [WORKSPACE],
      taskRunSpecs: [{
        pipelineTaskName: "inline",
        metadata: { labels: { a: "b" } },
        stepSpecs: [{ name: "s" }],
      }],
      timeouts: { pipeline: "1h", tasks: "30m" },
      taskRunTemplate: { serviceAccountName: "sa", podTemplate: {} },
    },
  },
  {
    apiVersion: "tekton.dev/v1beta1",
    kind: "PipelineRun",
    metadata: { name: "r" },
    spec: {
      debug: { breakpoint: ["onTasks"], tasks: ["inline"] },
      pipelineSpec: RICH.spec,
      serviceAccountName: "sa",
      timeout: "1h",
      taskRunSpecs: [{ pipelineTaskName: "inline", stepOverrides: [{ name: "s", resources: {} }] }],
    },
  },
  {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { name: "r", annotations: { a: "b" } },
    spec: {
      debug: { breakpoint: ["onSteps"], steps: ["s"] },
      taskSpec: TASK,
      workspaces: [WORKSPACE],
    },
  },
  {
    apiVersion: "tekton.dev/v1beta1",
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: {
      debug: { breakpoint: ["onSteps"], steps: ["s"] },
      taskRef: { name: "t", kind: "Task" },
      params: [{ name: "greeting", value: "hello" }],
    },
  },
];

const COMMANDS: string[][] = [
  ["pipeline", "upload", "greet", "/tree", ...CLAIM],
  ["pipeline", "upload", "greet", "/tree", ...CLAIM, "--dry-run"],
  ["pipeline", "upload", "rich", "/tree", ...CLAIM, "--on-task", "inline", "--dry-run"],
  ["pipeline", "upload", "rich", "/tree", ...CLAIM, "--on-task", "fetch", "--on-step", "s"],
  ["pipeline", "debug", "rich", "--on-every-step", ...CLAIM, "--exec-instead", "ls"],
  ["pipeline", "debug", "rich", "--on-failure", ...CLAIM, "--dry-run"],
  ["task", "upload", "t", "/tree", ...CLAIM],
  ["task", "upload", "t", "/tree", ...CLAIM, "--on-step", "action", "--dry-run", "-o", "json"],
  ["task", "debug", "t", "--on-every-step", ...CLAIM, "--exec-instead", "ls"],
  ["create", "-f", "-"],
  ["create", "-f", "-", "--dry-run"],
  ["cleanup"],
  ["cleanup", "--dry-run"],
  ...[["taskrun", "r"], ["pipelinerun", "p"]].flatMap(([noun, run]) => [
    [noun, "info", run],
    [noun, "exec", run, "--", "ls"],
    [noun, "run", run],
    [noun, "shell", run],
    [noun, "continue", run],
    [noun, "fail-continue", run],
    [noun, "logs", run],
    [noun, "logs", run, "-f"],
    [noun, "upload", run, "/tree"],
  ]),
];

for (const argv of COMMANDS) {
  Deno.test(`a mistake in an object is an error message: ${argv.join(" ")}`, async () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const { code, stderr } = await call(argv, new Random(seed));
      assert.notEqual(code, 70, `seed ${seed}: ${stderr}`);
    }
  });
}

async function call(argv: string[], random: Random) {
  const kube = new MistakenKube(random);
  const host = new FakeHost(new MemoryFiles(tree("file a x")), kube);
  const run = random.pick(RUNS);
  host.terminal.stdin = JSON.stringify(mutated(run, anyMutation(run, random)));
  host.clock.isAutomatic = true;
  if (argv.includes("shell")) {
    host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
    host.terminal.turns.push("c\n");
  }
  const interrupt = () => setTimeout(() => host.pressCtrlC(), 3);
  if (argv.includes("-f") && argv.includes("logs")) interrupt();
  kube.onCreated = ({ kind, metadata: { name } }) => {
    if (kind === "ResolutionRequest") {
      const data = btoa(JSON.stringify(kube.resolved));
      kube.update(RESOLUTION_REQUESTS, name!, (one) => one.status = { conditions: [ENDED], data });
      return;
    }
    if (kind === "PipelineRun") kube.put(TASK_RUNS, taskRun("p-a", name));
    if (kind === "PipelineRun") kube.put(PODS, pod("p-a", name));
    interrupt();
  };
  const code = await app(argv, host);
  return { code, ...host.terminal };
}
