/** Creations that fail half-way: there is one run, its name is known, and leftovers are removed. */
import assert from "node:assert/strict";
import type { Kube, KubeObject, Resource } from "../../../src/kube/interface.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  TASK_RUNS,
  TASKS,
} from "../../../src/tekton/model.ts";
import { phaseOf } from "../../../src/tekton/phase.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { startTknDev, tknDev } from "../../support/program.ts";
import { throughProxy } from "../../support/through_proxy.ts";
import type { Scenario } from "../scenario.ts";

/** More than the requests before the creation of a gated run or object send; less than with it. */
const BYTES_BEFORE = 16_000;

const faulty = (server: { hostname: string; port: number }) => new FaultyProxy(server);

const DEBUG = "pipeline debug t-literal --on-task literal --exec-instead true".split(" ");

export const createdScenarios: Scenario[] = [
  {
    name: "a run whose creation has no answer is found by its name, and is the only one",
    async run({ kube, ...cluster }, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      await using way = await throughProxy({ kube, ...cluster }, directory, faulty);
      const before = await names(kube, TASK_RUNS, "t-count-run-");
      way.proxy.muteAfterBytes = BYTES_BEFORE;
      const args = ["task", "upload", "t-count", directory, "-w", "name=source,emptyDir="];
      const running = startTknDev([...args, ...way.flags]);
      const name = await first(kube, TASK_RUNS, newRun(before));
      way.proxy.muteAfterBytes = Infinity;
      way.proxy.cutAll();
      const ran = await running.ended;
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, new RegExp(`^Created TaskRun ${name} in `, "m"));
      assert.match(ran.stderr, /^Sent 1 file, 1 B in .*, verified$/m);
      const after = await names(kube, TASK_RUNS, "t-count-run-");
      assert.deepEqual(after.filter((one) => !before.includes(one)), [name]);
    },
  },
  {
    name:
      "if the cluster disappears during a creation, the error says how to cancel the possible run",
    async run({ kube, ...cluster }, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      const way = await throughProxy({ kube, ...cluster }, directory, faulty);
      const before = await names(kube, TASK_RUNS, "t-count-run-");
      way.proxy.muteAfterBytes = BYTES_BEFORE;
      const args = ["task", "upload", "t-count", directory, "-w", "name=source,emptyDir="];
      const running = startTknDev([...args, ...way.flags]);
      const name = await first(kube, TASK_RUNS, newRun(before));
      await way[Symbol.asyncDispose]();
      const { code, stderr } = await running.ended;
      await kube.patch(TASK_RUNS, kube.namespace, name, { spec: { status: "TaskRunCancelled" } });
      assert.equal(code, 3, stderr);
      assert.match(
        stderr,
        new RegExp(`^Error: .*TaskRun "${name}" .* may exist: Cannot reach`, "m"),
      );
      assert.match(stderr, new RegExp(`^Hint: .*tkn taskrun cancel ${name} -n `, "m"));
    },
  },
  {
    name: "cleanup removes the objects of a call that was killed before its run existed",
    async run({ kube, flags, ...cluster }, directory) {
      await using way = await throughProxy({ kube, flags, ...cluster }, directory, faulty);
      way.proxy.muteAfterBytes = BYTES_BEFORE;
      const runsBefore = await names(kube, PIPELINE_RUNS, "t-literal-run-");
      const running = startTknDev([...DEBUG, ...way.flags]);
      const isNew = ({ metadata }: KubeObject) => metadata.name!.startsWith("tkn-dev-");
      const name = await first(kube, PIPELINES, isNew);
      await first(kube, TASKS, ({ metadata }) => metadata.name === `${name}-0`);
      running.signal("SIGKILL");
      await running.ended;
      assert.deepEqual(await names(kube, PIPELINE_RUNS, "t-literal-run-"), runsBefore);
      const early = await tknDev(["cleanup", ...flags]);
      assert.equal(early.code, 0, early.stderr);
      assert.doesNotMatch(early.stdout, new RegExp(name));
      assert.match(early.stderr, new RegExp(`^Note: Kept, .*task\\.tekton\\.dev/${name}-0`, "m"));
      const left = [[PIPELINES, name], [TASKS, `${name}-0`]] as const;
      for (const [resource, name] of left) await makeOld(kube, resource, name);
      const words = left.map(([{ kind }, name]) =>
        `${kind.toLowerCase()}.tekton.dev/${name} deleted`
      );
      const dry = await tknDev(["cleanup", "--dry-run", ...flags]);
      assert.deepEqual(
        linesAbout(name, dry.stdout),
        words.map((one) => `${one} (dry run)`),
      );
      const { code, stdout, stderr } = await tknDev(["cleanup", ...flags]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(linesAbout(name, stdout), words);
      assert.deepEqual(await names(kube, TASKS, name), []);
    },
  },
  {
    name:
      "objects of a call that was killed during its run stay with the run, and are removed after it",
    async run({ kube, flags }) {
      const running = startTknDev([...DEBUG.slice(0, -2), "--exec-instead", "sleep 600", ...flags]);
      const said = await running.stderrMatch(/^Created PipelineRun \S+/m);
      const run = said.split(" ").at(-1)!;
      running.signal("SIGKILL");
      await running.ended;
      const objects = async () => {
        const all = await Promise.all([PIPELINES, TASKS].map((resource) => list(kube, resource)));
        return all.flat().filter(({ metadata }) =>
          metadata.annotations?.["tkn-dev/run"] === `PipelineRun/${run}`
        );
      };
      assert.equal((await objects()).length, 2);
      for (const { kind, metadata } of await objects()) {
        await makeOld(kube, kind === "Task" ? TASKS : PIPELINES, metadata.name!);
      }
      await tknDev(["cleanup", ...flags]);
      assert.equal((await objects()).length, 2, "the run needs them");
      await first(kube, TASK_RUNS, ({ metadata }) => metadata.labels?.[LABEL.pipelineRun] === run);
      await kube.patch(PIPELINE_RUNS, kube.namespace, run, { spec: { status: "Cancelled" } });
      await first<PipelineRun>(kube, PIPELINE_RUNS, (one) => {
        return one.metadata.name === run && phaseOf(one).kind === "ended";
      });
      const { code, stdout, stderr } = await tknDev(["cleanup", ...flags]);
      assert.equal(code, 0, stderr);
      assert.ok(linesAbout("tkn-dev-", stdout).length >= 2, stdout);
      assert.deepEqual(await objects(), []);
      const about = [...stdout.split("\n"), ...stderr.split("\n")].filter((line) =>
        line.includes(run)
      );
      assert.deepEqual(about, [], "cleanup must not remove the run");
    },
  },
];

function list(kube: Kube, resource: Resource): Promise<KubeObject[]> {
  return kube.list(resource, { namespace: kube.namespace });
}

async function names(kube: Kube, resource: Resource, prefix: string): Promise<string[]> {
  const found = (await list(kube, resource)).map(({ metadata }) => metadata.name!);
  return found.filter((name) => name.startsWith(prefix));
}

/** Returns the name of the first object that matches, existing or new. */
async function first<T extends KubeObject>(
  kube: Kube,
  resource: Resource,
  fits: (one: T) => boolean,
): Promise<string> {
  const over = new AbortController();
  try {
    const events = kube.watch<T>(resource, { namespace: kube.namespace }, over.signal);
    for await (const { object } of events) if (fits(object)) return object.metadata.name!;
    throw new Error("the watch ended");
  } finally {
    over.abort();
  }
}

/** Matches a run with that name prefix that did not exist before. */
function newRun(before: readonly string[]) {
  return ({ metadata: { name = "" } }: KubeObject) =>
    name.startsWith("t-count-run-") && !before.includes(name);
}

/** Makes the object look as if its time were over. */
async function makeOld(kube: Kube, resource: Resource, name: string): Promise<void> {
  const { metadata } = await kube.get(resource, kube.namespace, name);
  const key = "tkn-dev/invocation";
  const annotations = { [key]: metadata.annotations![key].replace(/\d+$/, "0") };
  await kube.patch(resource, kube.namespace, name, { metadata: { annotations } });
}

function linesAbout(name: string, text: string): string[] {
  return text.split("\n").filter((line) => line.includes(`/${name}`));
}
