/**
 * Proves on the cluster of KUBECONFIG that holding a step changes nothing else. It runs each case
 * twice: by reference, and lowered with a step of every task held and then told to do its work. It
 * then compares everything that is visible of the two runs.
 *
 *     deno task test:faithful [--every-step] [--without-shell] [DIR | FILE]...
 *
 * By default it runs the cases of tests/faithful and holds each task at its first step. With
 * --without-shell it holds them like steps whose images have no shell.
 */
import { parseAllDocuments } from "npm:yaml@2.9.1";
import { parseDocuments } from "../src/commands/manifests/yaml.ts";
import { newGate } from "../src/commands/start/gate.ts";
import { denoHost } from "../src/deno/host.ts";
import { HELD_LABELS } from "../src/objects/marks.ts";
import { printable } from "../src/printable.ts";
import { ExpectedError, UsageError } from "../src/errors.ts";
import type { KubeObject } from "../src/kube/interface.ts";
import { holdRun, pipelineOf, taskOf } from "../src/resolve/resolve_held_run.ts";
import { type ResolveContext, resolveTask } from "../src/resolve/resolve.ts";
import { readDefaultTimeout } from "../src/run/create/server_values.ts";
import type { HeldRun } from "../src/tekton/breakpoint/hold_run.ts";
import type { PipelineRun, PipelineTask, Run, TaskRun, TaskSpec } from "../src/tekton/model.ts";
import { checkHoldable, dependencies, stepName } from "../src/tekton/target.ts";
import { pipelineVariables } from "../src/tekton/variables.ts";
import { apply } from "../tests/support/cluster.ts";
import { observe, type Observed } from "./faithful/observe.ts";

/** Cases at the same time: the start of a pod is mostly waiting. */
const LANES = 4;
const PAUSE_SECONDS = 600;

const host = denoHost();
const kube = await host.connect({ context: Deno.env.get("TKN_DEV_TEST_CONTEXT") });
const resolving: ResolveContext = {
  kube,
  clock: host.clock,
  random: host.random,
  interrupt: host.interrupt,
  emit: () => {},
  allowProbe: true,
  parse: parseDocuments,
};
const everyStep = Deno.args.includes("--every-step");
const options = {
  gate: newGate(host, PAUSE_SECONDS, "tkn-dev"),
  withoutShell: Deno.args.includes("--without-shell"),
  defaultTimeout: await readDefaultTimeout(kube),
};
const paths = Deno.args.filter((arg) => !arg.startsWith("--"));
const files = await listFiles(paths.length === 0 ? ["tests/faithful"] : paths);
let passed = 0;
let refused = 0;
let failed = 0;
let unsuccessful = 0;
const queue = [...files];
await Promise.all(Array.from({ length: LANES }, lane));
const isOk = failed + refused === 0;
say("");
say(
  `${isOk ? "ok" : "FAILED"} | ${passed} passed | ${refused} refused | ${failed} failed` +
    ` | ${unsuccessful} of them do not succeed by reference either`,
);
Deno.exit(isOk ? 0 : 1);

/** The result of a case. `refused` is the reason why it cannot be held. */
interface Outcome {
  readonly problems: string[];
  readonly refused?: string;
  /** The failure of the run by reference. */
  readonly reason?: string;
}

async function lane(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const outcome: Outcome = await compare(file)
      .catch((error) => ({ problems: [String(error?.message ?? error)] }));
    const { problems, reason } = outcome;
    if (outcome.refused !== undefined) refused += 1;
    else if (problems.length === 0) passed += 1;
    else failed += 1;
    if (reason !== undefined) unsuccessful += 1;
    const word = outcome.refused !== undefined
      ? "refused"
      : problems.length === 0
      ? "equal  "
      : "DIFFERS";
    say(`${word}  ${file}${reason === undefined ? "" : ` (${reason})`}`);
    for (const problem of [outcome.refused ?? [], problems].flat()) say(`    ${problem}`);
  }
}

/**
 * Returns the differences between the two runs of a case, except those that the case itself
 * declares.
 */
async function compare(file: string): Promise<Outcome> {
  const text = await Deno.readTextFile(file);
  const excused = [...text.matchAll(/^# differs: (\S+)/gm)].map(([, path]) => path);
  const outcome = await compareRuns(text);
  const unneeded = excused.filter((path) => !outcome.problems.some((one) => one.startsWith(path)));
  return {
    ...outcome,
    problems: [
      ...outcome.problems.filter((one) => !excused.some((path) => one.startsWith(path))),
      ...unneeded.map((path) => `${path} does not differ any more`),
    ],
  };
}

async function compareRuns(text: string): Promise<Outcome> {
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject).filter(Boolean);
  const run = objects.pop() as Run;
  for (const object of objects) await apply(kube, object);
  run.metadata.namespace = kube.namespace;
  const lowered = await hold(run, /^# without-shell$/m.test(text)).catch(refusal);
  if (typeof lowered === "string") return { problems: [], refused: lowered };
  const { runManifest, held, after } = lowered;
  const original = await observe(kube, host, { inline: () => run }, []);
  const copy = await observe(kube, host, runManifest, held);
  const problems = differences(original, copy);
  // Tasks that ran after another task must still do so; other tasks may end in any order.
  for (const one of after) {
    if (original.order.includes(one) && !copy.order.includes(one)) {
      problems.push(`no longer: ${one}`);
    }
  }
  const byObjects = /^# by objects$/m.test(text);
  if (!/^# inline or by objects$/m.test(text)) {
    if (copy.why !== undefined && !byObjects) problems.push(`not inline: ${copy.why}`);
    if (copy.why === undefined && byObjects) problems.push("inline, not by objects");
  }
  if (copy.heldSteps === 0 && original.ranSteps) problems.push("no step held");
  return { problems, reason: original.succeeded ? undefined : original.reason };
}

/** Returns why a run cannot be held. Throws errors that are bugs. */
function refusal(error: unknown): string {
  if (error instanceof ExpectedError) return error.message;
  throw error;
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

interface Lowered extends HeldRun<Run> {
  /** "a < b" for each task b that the Pipeline runs after task a. */
  readonly after: string[];
}

/** Holds every task that can be held, at its first step or at each step. */
async function hold(original: Run, withoutShell: boolean): Promise<Lowered> {
  const { metadata } = original;
  const labels = { ...metadata.labels, ...HELD_LABELS };
  const run = { ...original, metadata: { ...metadata, labels } };
  const own = { ...options, withoutShell: options.withoutShell || withoutShell };
  if (run.kind === "TaskRun") {
    const { spec } = await taskOf(resolving, run as TaskRun);
    const breakpoints = { tasks: [], steps: stepsOf(spec).map((step) => ({ step })) };
    return { ...await holdRun(resolving, run, breakpoints, own), after: [] };
  }
  const pipeline = await pipelineOf(resolving, run as PipelineRun);
  const { spec } = pipeline;
  const variables = pipelineVariables(pipeline, {
    namespace: kube.namespace,
    params: run.spec.params ?? [],
    bound: (run.spec.workspaces ?? []).map(({ name }) => name),
  });
  const targets = [...(spec.tasks ?? []), ...(spec.finally ?? [])].filter(isHoldable);
  const steps = await Promise.all(targets.map(async (target) => {
    const { spec } = await resolveTask(resolving, target, variables);
    return stepsOf(spec).map((step) => ({ task: target.name, step }));
  }));
  const after = (spec.tasks ?? []).flatMap((task) =>
    dependencies(task).map((earlier) => `${earlier} < ${task.name}`)
  );
  if (steps.flat().length === 0) throw new UsageError("no step of it can be held");
  return { ...await holdRun(resolving, run, { tasks: [], steps: steps.flat() }, own), after };
}

function stepsOf({ steps = [] }: TaskSpec): string[] {
  return (everyStep ? steps : steps.slice(0, 1)).map(stepName);
}

function isHoldable(target: PipelineTask): boolean {
  try {
    checkHoldable("", target);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
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
  host.terminal.out(printable`${line}\n`);
}
