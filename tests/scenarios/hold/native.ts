/**
 * Runs that Tekton's own breakpoints hold (spec.debug.breakpoints), which the same commands find
 * and release. They need `enable-api-fields: alpha`, which a cluster's administrator sets, so they
 * are not part of all scenarios.
 */
import assert from "node:assert/strict";
import { findHeldSteps } from "../../../src/hold/held_steps.ts";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { phaseOf } from "../../../src/tekton/phase.ts";
import type { Cluster } from "../../support/cluster.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";

const RUN = (image: string): TaskRun => ({
  apiVersion: "tekton.dev/v1",
  kind: "TaskRun",
  metadata: { generateName: "t-native-" },
  spec: {
    debug: { breakpoints: { onFailure: "enabled", beforeSteps: ["one", "bare"] } },
    taskSpec: {
      steps: [
        { name: "one", image, script: "echo one" },
        { name: "bare", image: "localhost/no-shell:1", command: ["/bin/busybox", "echo", "bare"] },
        { name: "two", image, script: "echo two; exit 3" },
        { name: "three", image, script: "echo three" },
      ],
    },
  },
});

const IMAGES = ["localhost/busybox:1", "localhost/busybox-nonroot:1"];

export const nativeScenarios: Scenario[] = IMAGES.map((image) => ({
  name:
    `commands show, run work in and release a step that Tekton's own breakpoint holds, in ${image}`,
  async run(cluster: Cluster) {
    const { flags } = cluster;
    for (const [word, succeeded] of [["continue", true], ["fail-continue", false]] as const) {
      const { metadata } = await cluster.kube.create<TaskRun>(TASK_RUNS, RUN(image));
      const name = metadata.name!;
      await held(cluster, name, "one");
      const info = await tknDev(["tr", "info", name, ...flags]);
      assert.match(info.stdout, /^Step: +one, held before its work$/m, info.stderr);
      const ran = await tknDev(["tr", "exec", name, ...flags, "--", "sh", "-c", "echo hi; exit 4"]);
      assert.deepEqual([ran.code, ran.stdout], [4, "hi\n"]);
      assert.match(
        (await tknDev(["tr", "continue", name, ...flags])).stderr,
        /^Step one does its work\n/,
      );
      await held(cluster, name, "bare");
      assert.equal((await tknDev(["tr", "continue", name, "bare", ...flags])).code, 0);
      await held(cluster, name, "two");
      const failed = await tknDev(["tr", "info", name, ...flags]);
      assert.match(failed.stdout, /^Step: +two, held after its work failed$/m);
      const done = await tknDev(["tr", word, name, ...flags]);
      assert.equal(done.code, 0, done.stderr);
      const end = await ended(cluster, name);
      assert.equal(end.status?.conditions?.[0].status, succeeded ? "True" : "False");
      const logs = await tknDev(["tr", "logs", name, ...flags]);
      assert.match(logs.stdout, /^\[one\] one$/m);
      assert.match(logs.stdout, /^\[three\] three$/m);
    }
  },
}));

async function held({ kube }: Cluster, name: string, step: string): Promise<void> {
  const run = { kind: "TaskRun", namespace: kube.namespace, name } as const;
  const isHeld = async () => (await findHeldSteps(kube, run)).some((one) => one.step === step);
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs;) {
    if (await isHeld()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`step ${step} of ${name} does not hold in time`);
}

async function ended({ kube }: Cluster, name: string): Promise<TaskRun> {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const selector = { namespace: kube.namespace, fields: `metadata.name=${name}` };
  for await (const { object } of kube.watch<TaskRun>(TASK_RUNS, selector, limit)) {
    if (phaseOf(object).kind === "ended") return object;
  }
  throw new Error(`TaskRun ${name} is still not over`);
}
