/**
 * Runs of tkn-dev beside other clients: how tkn reads the runs, and what happens to copies of them.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { RESOURCE_OF, type Run, type RunKind } from "../../../src/tekton/model.ts";
import { LABEL, TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { phaseOf } from "../../../src/tekton/phase.ts";
import { taskNameOf } from "../../../src/tekton/task_name.ts";
import type { Cluster } from "../../support/cluster.ts";
import { type Ran, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { ended, held, letGo } from "../waiting.ts";

const BINDING = ["-w", "name=source,emptyDir="];

/** The run is held by an extra step before this one. */
const BARE = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: t-copy- }
spec:
  debug: { breakpoint: [onSteps], steps: [bare] }
  taskSpec:
    steps: [{ name: bare, image: "localhost/no-shell:1", command: [/bin/busybox, "true"] }]
`;

export const otherClientScenarios: Scenario[] = [
  {
    name: "a TaskRun of an upload has tkn's label for a Task exactly if it has a taskRef",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const uploads = [
        ["task", "upload", "t-steps", directory, ...BINDING],
        ["pipeline", "upload", "t-results", directory, "--on-task", "clone", ...BINDING],
      ];
      for (const args of uploads) {
        const run = await runOf(cluster, await succeeded(args, cluster));
        const runs = (await taskRuns(cluster)).filter(({ metadata: { name, labels } }) =>
          name === run.metadata.name || labels?.[LABEL.pipelineRun] === run.metadata.name
        );
        assert.ok(runs.length > 0);
        for (const { metadata: { labels = {} }, spec } of runs) {
          const says = [LABEL.task, LABEL.clusterTask].some((label) => label in labels);
          assert.equal(says, spec.taskRef !== undefined, JSON.stringify(labels));
        }
        if (run.kind === "TaskRun") assert.equal(taskNameOf(run.metadata.labels), "t-steps");
      }
    },
  },
  {
    name: "a copy of a run that held fails at once, and its log says what to type",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const step = ["--on-step", "first", "--exec-instead", "touch here.txt"];
      const runs = [
        [["pipeline", "upload", "t-results", directory, "--on-task", "clone"], copyOfSpec],
        [["task", "upload", "t-steps", directory], copyOfSpec],
        [["task", "debug", "t-steps", ...step], dumped],
      ] as const;
      for (const [args, copy] of runs) {
        const run = await runOf(cluster, await succeeded([...args, ...BINDING], cluster));
        const log = await logOfFailure(cluster, copy(run));
        const words = `start one with: tkn-dev ${args.slice(0, 3).join(" ")}`;
        assert.ok(log.includes(words), log);
      }
    },
  },
  {
    name: "a copy of a run that is held without a shell fails at once too",
    async run(cluster, directory) {
      const file = `${directory}/run.yaml`;
      await Deno.writeTextFile(file, BARE);
      const create = ["create", "-f", file, "--without-shell", "-o", "json"];
      const run = JSON.parse((await succeeded(create, cluster)).stdout) as Run;
      const log = await logOfFailure(cluster, copyOfSpec(run));
      assert.match(log, /invalid boolean value "" for -debug_before_step/);
      const name = run.metadata.name!;
      await held(cluster, "TaskRun", name, "bare");
      await letGo(cluster, ["tr", "continue", name]);
      assert.equal(phaseOf(await ended(cluster, "TaskRun", name)).kind, "ended");
    },
  },
  {
    name: "a dry run prints a manifest, not a copy: the run holds once it is created",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const args = ["task", "upload", "t-steps", directory, ...BINDING, "--dry-run", "-o", "json"];
      const printed = JSON.parse((await succeeded(args, cluster)).stdout) as Run;
      const { metadata: { name = "" } } = await cluster.kube.create(TASK_RUNS, printed);
      await held(cluster, "TaskRun", name, "upload");
      await succeeded(["tr", "upload", name, directory, "--continue"], cluster);
      const phase = phaseOf(await ended(cluster, "TaskRun", name));
      assert.ok(phase.kind === "ended" && phase.succeeded);
    },
  },
];

async function succeeded(args: readonly string[], { flags }: Cluster): Promise<Ran> {
  const ran = await tknDev([...args, ...flags]);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  return ran;
}

/** Returns the current state of the run that a command created. */
async function runOf({ kube }: Cluster, { stderr }: Ran): Promise<Run> {
  const [, kind, name] = /^Created (PipelineRun|TaskRun) (\S+)/m.exec(stderr)!;
  return await kube.get<Run>(RESOURCE_OF[kind as RunKind], kube.namespace, name);
}

async function taskRuns({ kube }: Cluster): Promise<TaskRun[]> {
  return await kube.list<TaskRun>(TASK_RUNS, { namespace: kube.namespace });
}

/** Copies a run as tkn does for the last run or a named one. */
function copyOfSpec({ apiVersion, kind, metadata: { name }, spec }: Run): Run {
  return { apiVersion, kind, metadata: { generateName: `${name}-` }, spec } as Run;
}

/** Copies a run as `kubectl get -o yaml` prints it, under another name. */
function dumped(run: Run): Run {
  const { labels, annotations } = run.metadata;
  const copy: KubeObject = copyOfSpec(run);
  return { ...copy, metadata: { ...copy.metadata, labels, annotations } } as Run;
}

/** Creates a run that fails, and returns its log. */
async function logOfFailure(cluster: Cluster, run: Run): Promise<string> {
  const kind = run.kind as RunKind;
  const { kube } = cluster;
  const { metadata: { name = "" } } = await kube.create(RESOURCE_OF[kind], run);
  const phase = phaseOf(await ended(cluster, kind, name));
  assert.ok(phase.kind === "ended" && !phase.succeeded);
  const { stdout } = await tknDev([kind.toLowerCase(), "logs", name, ...cluster.flags]);
  return stdout;
}
