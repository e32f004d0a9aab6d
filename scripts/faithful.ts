/**
 * Proves on the cluster that KUBECONFIG names that holding a step changes nothing else: each case
 * is run by reference, and lowered with a step of every task held and then told to do its work, and
 * all there is to be seen of the two runs is compared.
 *
 *     deno task test:faithful [DIR | FILE]...      default: tests/faithful
 */
import { parseAllDocuments } from "npm:yaml@2.9.1";
import { newGate } from "../src/commands/upload.ts";
import { parseDocuments } from "../src/commands/yaml.ts";
import { denoHost } from "../src/deno/host.ts";
import { UsageError } from "../src/errors.ts";
import type { KubeObject } from "../src/kube/interface.ts";
import {
  read,
  resolvePipeline,
  resolveTask,
  type Resolving,
  withStepActions,
} from "../src/run/resolve.ts";
import { type HeldTask, holdPipelineRun, holdTaskRun } from "../src/tekton/hold_run.ts";
import {
  type PipelineRun,
  type Task,
  type TaskRun,
  TASKS,
  type TaskSpec,
} from "../src/tekton/model.ts";
import { checkHoldable, dependencies, stepName } from "../src/tekton/target.ts";
import { fillParams, pipelineVariables } from "../src/tekton/variables.ts";
import { apply } from "../tests/support/cluster.ts";
import { type Held, observe, type Observed } from "./faithful/observe.ts";

/** Cases at once: a pod's start is mostly waiting. */
const LANES = 4;

const host = denoHost();
const kube = await host.connect({ context: Deno.env.get("TKN_DEV_TEST_CONTEXT") });
const resolving: Resolving = {
  kube,
  clock: host.clock,
  interrupt: host.interrupt,
  emit: () => {},
  allowProbe: true,
  parse: parseDocuments,
};
const files = await listFiles(Deno.args.length === 0 ? ["tests/faithful"] : Deno.args);
let passed = 0;
let failed = 0;
const queue = [...files];
await Promise.all(Array.from({ length: LANES }, lane));
say(`\n${failed === 0 ? "ok" : "FAILED"} | ${passed} passed | ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

async function lane(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const problems = await compare(file).catch((error) => [String(error?.message ?? error)]);
    if (problems.length === 0) passed += 1;
    else failed += 1;
    say(`${problems.length === 0 ? "equal" : "DIFFERS"}  ${file}`);
    for (const problem of problems) say(`    ${problem}`);
  }
}

/** The differences between the two runs of a case, in words, but for those that it says itself. */
async function compare(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(file);
  const excused = [...text.matchAll(/^# differs: (\S+)/gm)].map(([, path]) => path);
  const problems = await compareRuns(text);
  const unneeded = excused.filter((path) => !problems.some((one) => one.startsWith(path)));
  return [
    ...problems.filter((one) => !excused.some((path) => one.startsWith(path))),
    ...unneeded.map((path) => `${path} does not differ any more`),
  ];
}

async function compareRuns(text: string): Promise<string[]> {
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject).filter(Boolean);
  const run = objects.pop() as PipelineRun | TaskRun;
  for (const object of objects) await apply(kube, object);
  run.metadata.namespace = kube.namespace;
  const { lowered, held, after } = run.kind === "PipelineRun"
    ? await holdPipeline(run as PipelineRun)
    : await holdTask(run as TaskRun);
  const original = await observe(kube, host.clock, run, []);
  const copy = await observe(kube, host.clock, lowered, held);
  const problems = differences(original, copy);
  // What ran after something else still does; other tasks may end in any order.
  for (const one of after) {
    if (original.order.includes(one) && !copy.order.includes(one)) {
      problems.push(`no longer: ${one}`);
    }
  }
  if (held.length === 0) problems.push("no step of it can be held");
  if (copy.heldSteps === 0 && held.length > 0) problems.push("no step held");
  return problems;
}

function differences(original: Observed, copy: Observed): string[] {
  const problems: string[] = [];
  const walk = (path: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) === JSON.stringify(b)) return;
    if (isRecord(a) && isRecord(b)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      for (const key of keys) walk(`${path}.${key}`, a[key], b[key]);
    } else problems.push(`${path}: ${JSON.stringify(a)} became ${JSON.stringify(b)}`);
  };
  walk("run", original.status, copy.status);
  walk("task", original.tasks, copy.tasks);
  return problems;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function holdPipeline(run: PipelineRun) {
  const params = run.spec.params ?? [];
  const pipeline = await resolvePipeline(resolving, run.spec.pipelineRef!, params);
  const bound = (run.spec.workspaces ?? []).map(({ name }) => name);
  const variables = pipelineVariables(pipeline, { namespace: kube.namespace, params, bound });
  const held: HeldTask[] = [];
  for (const target of [...(pipeline.spec.tasks ?? []), ...(pipeline.spec.finally ?? [])]) {
    if (!isHoldable(target)) continue;
    const task = await resolveTask(resolving, target, variables);
    const step = firstHoldable(task.spec);
    if (step === undefined) continue;
    const params = fillParams(target.params ?? [], variables);
    const spec = await withStepActions(resolving, task.spec, [step], params);
    held.push({ target, task: { ...task, spec }, steps: [step] });
  }
  const after = (pipeline.spec.tasks ?? []).flatMap((task) =>
    dependencies(task).map((earlier) => `${earlier} < ${task.name}`)
  );
  return {
    after,
    lowered: holdPipelineRun(run, pipeline, held, newGate(host)),
    held: held.map(({ target, task, steps: [at] }): Held => ({
      task: target.name,
      step: stepName(task.spec.steps![at], at),
    })),
  };
}

async function holdTask(run: TaskRun) {
  const task = await read<Task>(kube, TASKS, run.spec.taskRef!.name!);
  const at = firstHoldable(task.spec);
  const steps = at === undefined ? [] : [at];
  task.spec = await withStepActions(resolving, task.spec, steps, run.spec.params ?? []);
  return {
    after: [],
    lowered: holdTaskRun(run, task, steps, newGate(host)),
    held: steps.map((at): Held => ({ step: stepName(task.spec.steps![at], at) })),
  };
}

function isHoldable(target: Parameters<typeof checkHoldable>[1]): boolean {
  try {
    checkHoldable("", target);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Not one that relies on its image's entrypoint. */
function firstHoldable(spec: TaskSpec): number | undefined {
  const template = spec.stepTemplate?.command !== undefined;
  const at = (spec.steps ?? []).findIndex((step) =>
    step.ref !== undefined || template || step.script !== undefined || step.command !== undefined
  );
  return at < 0 ? undefined : at;
}

async function listFiles(paths: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if ((await Deno.stat(path)).isFile) found.push(path);
    else {
      for await (const entry of Deno.readDir(path)) {
        if (/\.ya?ml$/.test(entry.name)) found.push(`${path}/${entry.name}`);
      }
    }
  }
  return found.sort();
}

function say(line: string): void {
  host.terminal.out(`${line}\n`);
}
