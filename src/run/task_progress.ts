/** Reports how far the tasks of a live run are, whenever one of them changes. */
import type { Clock } from "../host.ts";
import type { RunEvent, TaskProgress } from "../events.ts";
import type { StepState, TaskRun } from "../tekton/model.ts";
import { failedStep } from "../tekton/phase.ts";
import type { Pause } from "../hold/pause.ts";
import type { LiveRun } from "./live_run.ts";
import { elapsed, outcomeOf, sinceMs } from "./outcome.ts";

export interface ProgressOptions {
  readonly live: LiveRun;
  readonly clock: Pick<Clock, "now">;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

/** Emits a `tasks` event once a task has begun, and after each change, until the signal. */
export async function reportProgress(
  { live, clock, emit, signal }: ProgressOptions,
): Promise<void> {
  let last = "";
  const look = () => {
    const nowMs = clock.now();
    const tasks = taskProgress(live, nowMs);
    const states = JSON.stringify(tasks.map(({ name, status }) => [name, status]));
    const hasBegun = last !== "" || tasks.some(({ status }) => status !== "pending");
    if (!hasBegun || states === last || live.phase.kind === "ended") return;
    last = states;
    emit({ kind: "tasks", tasks, elapsedMs: sinceMs(live.run, nowMs) ?? 0 });
  };
  // It ends with the signal, or with the run's watch, whose error the follower reports.
  await live.until<never>(() => {
    look();
    return undefined;
  }, signal).catch(() => {});
}

/** Returns the tasks in the Pipeline's order; the steps of a TaskRun. Pure. */
export function taskProgress(live: LiveRun, nowMs: number): TaskProgress[] {
  const { held } = live;
  if (live.run.kind === "TaskRun") return stepProgress(live.run, nowMs, held);
  const tasks = new Set(held.map(({ task }) => task));
  return outcomeOf(live, { nowMs }).tasks.map(({ name, status, elapsedMs }) => ({
    name,
    status: status === "running" && tasks.has(name) ? "held" : status,
    ...elapsed(elapsedMs),
  }));
}

function stepProgress(run: TaskRun, nowMs: number, held: readonly Pause[]): TaskProgress[] {
  const failed = failedStep(run);
  const steps = run.status?.steps ?? [];
  // The container of a later step runs, too, and waits for those before it.
  const current = steps.findIndex(({ terminated }) => terminated === undefined);
  return steps.map((step, at): TaskProgress => {
    const { name = "", terminated } = step;
    if (terminated === undefined) {
      if (at !== current) return { name, status: "pending" };
      const startedMs = startOf(steps, at);
      const elapsedMs = startedMs === undefined ? undefined : Math.max(0, nowMs - startedMs);
      const isHeld = held.some(({ container }) => container === step.container);
      return { name, status: isHeld ? "held" : "running", ...elapsed(elapsedMs) };
    }
    const elapsedMs = Date.parse(terminated.finishedAt ?? "") - (startOf(steps, at) ?? NaN);
    const isSkipped = (step.terminationReason ?? terminated.reason) === "Skipped";
    const status = isSkipped ? "skipped" : step === failed ? "failed" : "succeeded";
    return { name, status, ...elapsed(Number.isNaN(elapsedMs) ? undefined : elapsedMs) };
  });
}

/** Returns when the step began: all containers start at once, so at the end of the step before. */
function startOf(steps: readonly StepState[], at: number): number | undefined {
  const before = at === 0 ? undefined : steps[at - 1].terminated?.finishedAt;
  const own = steps[at].terminated?.startedAt ?? steps[at].running?.startedAt;
  const ms = Math.max(
    ...[before, own].map((time) => Date.parse(time ?? "")).filter((ms) => ms > 0),
  );
  return Number.isFinite(ms) ? ms : undefined;
}
