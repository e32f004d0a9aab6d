/**
 * Runs one run on a cluster and returns everything visible of it that two runs must have in common.
 */
import type { Host } from "../../src/host.ts";
import type { Kube } from "../../src/kube/interface.ts";
import { followRun } from "../../src/run/follow_run.ts";
import { LiveRun } from "../../src/run/live_run.ts";
import { awaitPause } from "../../src/run/await_pause.ts";
import { keepPipelineLabel } from "../../src/run/metadata.ts";
import { withoutOwn } from "../../src/objects/marks.ts";
import { createRun } from "../../src/run/create/create_run.ts";
import { removeTemporary } from "../../src/run/create/temporary_objects.ts";
import type { RunManifest } from "../../src/tekton/run_manifest.ts";
import { release } from "../../src/hold/release.ts";
import type { HeldStep } from "../../src/tekton/breakpoint/hold_steps.ts";
import {
  LABEL,
  type PipelineRun,
  RESOURCE_OF,
  type Run,
  type TaskRun,
} from "../../src/tekton/model.ts";
import { succeededOf } from "../../src/tekton/phase.ts";
import { taskNameOf } from "../../src/tekton/task_name.ts";

/** The results that two equal runs must have in common. */
export interface Observed {
  readonly status: unknown;
  readonly tasks: Record<string, unknown>;
  /** "a < b": task a had ended before task b began. */
  readonly order: string[];
  /** The number of held steps. */
  readonly heldSteps: number;
  /** The run's end. */
  readonly succeeded: boolean;
  readonly ranSteps: boolean;
  readonly reason?: string;
  /** The reason why it uses temporary objects instead of inline specs. */
  readonly why?: string;
}

const LIMIT_MS = 240_000;

/**
 * If a step's own `when` skips it, the step that waits before it is skipped too, and its result is
 * missing.
 */
const WAITING_SKIPPED =
  /Error while substituting step results: .*\/step-hold-.*\/results\/run: no such file/;

/** Creates the run, makes each step in `held` do its work once it holds, and waits for the end. */
export async function observe(
  kube: Kube,
  host: Host,
  runManifest: RunManifest,
  held: readonly HeldStep[],
): Promise<Observed> {
  const { clock } = host;
  const creating = { kube, clock, interrupt: host.interrupt, random: host.random };
  const { run: created, objects, why } = await createRun(creating, runManifest);
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(LIMIT_MS)]);
  await using live = new LiveRun(kube, created, clock);
  const logs = new Map<string, string[]>();
  const following = followRun({
    kube,
    clock,
    live,
    signal,
    emit: (event) => {
      if (event.kind !== "log") return;
      if (WAITING_SKIPPED.test(event.line)) return;
      const key = `${event.task ?? ""}/${event.step}`;
      logs.set(key, [...logs.get(key) ?? [], event.line]);
    },
  });
  following.catch(() => {});
  let heldSteps = 0;
  const releases = held.map(async (one) => {
    const options = { clock, live, held: one, signal };
    const pause = await awaitPause(options).catch(() => undefined); // skipped: never held
    if (pause === undefined) return;
    heldSteps += 1;
    await release(kube, pause, "run", { signal });
  });
  const label = keepPipelineLabel(kube, live, signal);
  const removed = removeTemporary(creating, live, objects, { signal, late: signal });
  try {
    await following;
    await Promise.all([...releases, label, removed]);
    return { ...seen(live, logs, held), heldSteps, why };
  } finally {
    over.abort();
    await kube.delete(RESOURCE_OF[live.kind], live.namespace, live.name).catch(() => {});
  }
}

function seen(
  live: LiveRun,
  logs: Map<string, string[]>,
  held: readonly HeldStep[],
): Omit<Observed, "heldSteps" | "why"> {
  const isOurs = (task: string, step: string | undefined) =>
    held.some((one) => (one.task ?? "") === task && one.step === step && one.targetStep !== step);
  const names: [string, string][] = [[live.name, "RUN"]];
  const general = <T>(value: T): T => {
    let text = JSON.stringify(value ?? null);
    for (const [name, word] of names) text = text.replaceAll(name, word);
    text = text.replace(/affinity-assistant-[0-9a-f]{10}/g, "AFFINITY").replace(
      /script-\d+-[a-z0-9]{5}/g,
      "SCRIPT",
    );
    return JSON.parse(text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UID"));
  };
  /** A matrix' TaskRuns log side by side. */
  const logOf = (key: string, taskRuns: number) => {
    const log = (logs.get(key) ?? []).map(withoutTime).map(withoutPath);
    return taskRuns === 1 ? log : log.sort();
  };
  const { run } = live;
  const taskRuns = sorted([...live.taskRuns.values()].map((run) => ({ name: nameOf(run), run })))
    .map(({ run }) => run);
  const tasks: Record<string, unknown> = {};
  for (const one of taskRuns) {
    const task = one.metadata.labels?.[LABEL.pipelineTask] ?? "";
    // Tekton hashes a long name, so the tasks of the two runs cannot be matched by name.
    const same = taskRuns.filter((other) => taskOf(other) === task);
    const key = same.length === 1 ? `RUN-${task}` : `RUN-${task}-${same.indexOf(one)}`;
    tasks[key] = general({
      ...conditionOf(one),
      labels: labelsOf(one),
      annotations: annotationsOf(one),
      results: sorted(one.status?.results),
      steps: one.status?.steps?.filter(({ name }) => !isOurs(task, name)).map((step) => ({
        name: step.name,
        exitCode: step.terminated?.exitCode,
        reason: step.terminationReason,
        log: logOf(`${task}/${step.name}`, same.length),
      })),
    });
  }
  const status = general({
    ...conditionOf(run),
    labels: labelsOf(run),
    annotations: annotationsOf(run),
    results: sorted(run.status?.results),
    skipped: sorted(run.kind === "PipelineRun" ? run.status?.skippedTasks : undefined),
  });
  const { status: succeeded, reason } = conditionOf(run);
  return {
    status,
    tasks,
    order: orderOf(taskRuns),
    succeeded: succeeded === "True",
    ranSteps: taskRuns.some((one) => one.status?.steps?.some((step) => step.terminated)),
    reason: reason ?? "no end",
  };
}

/** Tekton's entrypoint logs the time when it skips a step: `2026/01/02 03:04:05 Skipping step`. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, "");
}

/**
 * A shell's messages begin with the script's path: `/tekton/scripts/script-0-abcde: line 3: ...`.
 */
function withoutPath(line: string): string {
  return line.replace(
    /^(\/tekton\/scripts\/script-\d+-[a-z0-9]{5}|\/tkn-dev\/script): /,
    "SCRIPT: ",
  );
}

function conditionOf(run: PipelineRun | TaskRun) {
  const condition = succeededOf(run);
  return { status: condition?.status, reason: condition?.reason, message: condition?.message };
}

/** Removes the owner's uid, which differs, and the Task's name, which is in one of two labels. */
function labelsOf({ metadata }: Run): Record<string, string> {
  const { "tekton.dev/pipelineRunUID": _, ...labels } = withoutOwn(metadata.labels);
  const task = taskNameOf(metadata.labels);
  return task === undefined ? labels : { ...labels, [LABEL.task]: task };
}

function annotationsOf(run: Run): Record<string, string> {
  const entries = Object.entries(withoutOwn(run.metadata.annotations))
    .filter(([key]) => !key.startsWith("kubectl.") && !key.startsWith("results.tekton.dev"));
  return Object.fromEntries(entries);
}

function sorted<T extends { name: string }>(list: T[] | undefined): T[] {
  return [...list ?? []].sort((a, b) => a.name < b.name ? -1 : 1);
}

function nameOf(run: TaskRun): string {
  return run.metadata.name!;
}

function taskOf(run: TaskRun): string {
  return run.metadata.labels?.[LABEL.pipelineTask] ?? "";
}

function orderOf(runs: TaskRun[]): string[] {
  const order: string[] = [];
  for (const a of runs) {
    for (const b of runs) {
      const [end, start] = [a.status?.completionTime, b.status?.startTime];
      if (end !== undefined && start !== undefined && end <= start) {
        order.push(`${taskOf(a)} < ${taskOf(b)}`);
      }
    }
  }
  return order;
}
