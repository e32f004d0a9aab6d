/** Runs that hold because of their spec.debug, without a terminal. */
import assert from "node:assert/strict";
import { PODS } from "../../../src/kube/interface.ts";
import { PIPELINE_RUNS, PIPELINES, type TaskRun, TASKS } from "../../../src/tekton/model.ts";
import { phaseOf } from "../../../src/tekton/phase.ts";
import { apply, type Cluster } from "../../support/cluster.ts";
import { tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";
import { becomes, ended, held, letGo } from "../waiting.ts";

const PIPELINE_RUN = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: t-debug- }
spec:
  debug: { breakpoint: [onTasks, onSteps], tasks: [first], steps: [first/two] }
  pipelineSpec:
    results: [{ name: said, value: $(tasks.first.results.said) }]
    tasks:
      - name: first
        taskSpec:
          results: [{ name: said }]
          steps:
            - { name: one, image: "localhost/busybox:1", script: "echo one" }
            - name: two
              image: localhost/busybox:1
              command: [/bin/sh, -c]
              args: ["printf 'hello %s' \\"$0\\" >$(results.said.path)", world]
      - name: last
        params: [{ name: said, value: $(tasks.first.results.said) }]
        taskSpec:
          params: [{ name: said }]
          steps: [{ name: s, image: "localhost/busybox:1", script: "[ '$(params.said)' = 'hello world' ]" }]
`;

const LITERAL_RUN = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: t-debug- }
spec:
  debug: { breakpoint: [onTasks], tasks: [literal] }
  pipelineRef: { name: t-literal }
`;

/** Its user is not root, who could read any file. */
const TASK_RUN = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: t-debug- }
spec:
  debug: { breakpoint: [onSteps], steps: [bare] }
  podTemplate: { securityContext: { runAsUser: 1000650000, runAsGroup: 0 } }
  taskSpec:
    results: [{ name: said }]
    steps:
      - { name: bare, image: "localhost/no-shell:1", command: [/bin/busybox, "false"] }
      - { name: next, image: "localhost/busybox:1", script: "printf next >$(results.said.path)" }
`;

/** A spec whose debug fields exist and are empty. */
const EMPTY_RUN = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: t-debug-, annotations: }
spec:
  debug: { breakpoint: [onTasks], tasks: [a] }
  params:
  pipelineSpec:
    finally:
    tasks:
      - name: a
        matrix:
        when:
        taskSpec:
          stepTemplate:
          steps: [{ name: s, image: "localhost/busybox:1", args: , command: , env: , script: "true" }]
`;

export const debugScenarios: Scenario[] = [
  ...[[], ["--without-shell"]].map((flags): Scenario => ({
    name: `a run holds where its spec.debug says, and then does all its work ${flags}`,
    async run(cluster, directory) {
      const name = await create(cluster, directory, PIPELINE_RUN, flags);
      await held(cluster, "PipelineRun", name, "first/one");
      await letGo(cluster, ["pipelinerun", "run", name, "--continue"]);
      await held(cluster, "PipelineRun", name, "first/two");
      await letGo(cluster, ["pr", "run", name, "first/two", "--continue"]);
      const { status } = await ended(cluster, "PipelineRun", name);
      assert.deepEqual(status?.results, [{ name: "said", value: "hello world" }]);
      const again = await tknDev(["pr", "continue", name, ...cluster.flags]);
      assert.equal(again.code, 3);
      assert.match(
        again.stderr,
        /^Error: Cannot find a held step of .*: no step is held\nHint: the run has ended/,
      );
    },
  })),
  {
    name: "continue skips a held step whose image has no shell, fail-continue fails it",
    async run(cluster, directory) {
      for (const [verb, succeeded] of [["continue", true], ["fail-continue", false]] as const) {
        const name = await create(cluster, directory, TASK_RUN, ["--without-shell"]);
        await held(cluster, "TaskRun", name, "bare");
        await letGo(cluster, ["tr", verb, name]);
        const run = await ended(cluster, "TaskRun", name);
        assert.equal(
          phaseOf(run).kind === "ended" && run.status?.results?.[0]?.value === "next",
          succeeded,
        );
      }
    },
  },
  {
    name:
      "a Task that cannot be inline is held through objects that the run owns, unchanged in meaning",
    async run(cluster, directory) {
      const name = await create(cluster, directory, LITERAL_RUN);
      await held(cluster, "PipelineRun", name, "literal/say");
      await letGo(cluster, ["pr", "run", name, "--continue"]);
      await ended(cluster, "PipelineRun", name);
      const { kube } = cluster;
      const labels = `tekton.dev/pipelineRun=${name}`;
      const [pod] = await kube.list(PODS, { namespace: kube.namespace, labels });
      const place = { namespace: kube.namespace, pod: pod.metadata.name!, container: "step-say" };
      const log = await new Response(await kube.logs(place)).text();
      assert.match(log, /^in \$\(context.pipelineRun.name\) of t-literal$/m);
      assert.deepEqual(await ownedKinds(cluster, name), ["Pipeline", "Task"]);
      await kube.delete(PIPELINE_RUNS, kube.namespace, name);
      await becomes(
        async () => (await ownedKinds(cluster, name)).length === 0,
        "no object is left",
      );
    },
  },
  {
    name: "a held step runs commands, and its own work any number of times; the last result counts",
    everyProtocol: true,
    async run(cluster, directory) {
      const name = await create(cluster, directory, PIPELINE_RUN);
      await held(cluster, "PipelineRun", name, "first/one");
      const exec = ["pr", "exec", name, ...cluster.flags, "--"];
      const work = [...exec, "sh", "-c", "echo out; echo err >&2; exit 7"];
      const ran = await tknDev(work);
      assert.deepEqual([ran.code, ran.stdout, ran.stderr], [7, "out\n", "err\n"]);
      await letGo(cluster, ["pr", "continue", name]);
      await held(cluster, "PipelineRun", name, "first/two");
      for (const _ of [1, 2]) {
        const done = await tknDev(["pr", "run", name, ...cluster.flags]);
        assert.equal(done.code, 0, done.stderr);
        assert.match(done.stderr, /^Command: +\/bin\/sh -c [^]*^Result: +said=hello world$/m);
      }
      await letGo(cluster, ["pr", "continue", name]);
      const { status } = await ended(cluster, "PipelineRun", name);
      assert.deepEqual(status?.results, [{ name: "said", value: "hello world" }]);
    },
  },
  {
    name: "in a run and in a Task an empty field means the same as no field",
    async run(cluster, directory) {
      const name = await create(cluster, directory, EMPTY_RUN);
      await held(cluster, "PipelineRun", name, "a/s");
      await letGo(cluster, ["pr", "run", name, "--continue"]);
      const run = await ended(cluster, "PipelineRun", name);
      const phase = phaseOf(run);
      assert.equal(phase.kind === "ended" && phase.succeeded, true);
      const step = { name: "s", image: "localhost/busybox:1", script: "true" };
      const empty = { args: null, command: null, env: null };
      const spec = { stepTemplate: null, params: null, steps: [{ ...step, ...empty }] };
      const metadata = { name: "t-empty" };
      await apply(cluster.kube, { apiVersion: "tekton.dev/v1", kind: "Task", metadata, spec });
      const command = ["task", "debug", "t-empty", "--on-step", "s", "--exec-instead", "true"];
      await letGo(cluster, command);
    },
  },
  {
    name: "a run without spec.debug is created unchanged",
    async run(cluster, directory) {
      const name = await create(cluster, directory, TASK_RUN.replace(/ {2}debug: .*\n/, ""));
      const run = await ended(cluster, "TaskRun", name);
      assert.deepEqual(run.metadata.labels?.["tkn-dev/version"], undefined);
      assert.equal((run as TaskRun).status?.steps?.length, 2);
    },
  },
];

/** Returns the name of the run. */
async function create(
  cluster: Cluster,
  directory: string,
  yaml: string,
  flags: readonly string[] = [],
): Promise<string> {
  await Deno.writeTextFile(`${directory}/run.yaml`, yaml);
  const ran = await tknDev(["create", "-f", `${directory}/run.yaml`, ...flags, ...cluster.flags]);
  assert.equal(ran.code, 0, ran.stderr);
  return /^(?:pipeline|task)run\.tekton\.dev\/(\S+) created\n$/.exec(ran.stdout)![1];
}

/** Returns the Pipelines and Tasks that were created for the run. */
async function ownedKinds({ kube }: Cluster, run: string): Promise<string[]> {
  const { namespace } = kube;
  const all = await Promise.all([PIPELINES, TASKS].map(async (resource) => {
    const objects = await kube.list(resource, { namespace });
    return objects.filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.name === run)
    ).map(() => resource.kind);
  }));
  return all.flat();
}
