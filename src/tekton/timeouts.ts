/**
 * The time that a run is held is not its own: each clock that goes on meanwhile is raised by it. Pure.
 *
 * Durations are Go's, and Go reads "1h0m0s600s" as the sum of all. "0" is no limit.
 */
import type { PipelineRun, PipelineSpec } from "./model.ts";

/** The timeouts of a run that names none, where they are known; and how long it may be held. */
export interface Clocks {
  readonly pauseSeconds: number;
  /** The cluster's `default-timeout-minutes`, as "1h0m0s"; undefined: not known, and left to it. */
  readonly defaultTimeout?: string;
}

export function raisedTimeout(timeout: string | undefined, seconds: number): string | undefined {
  if (timeout === undefined || isUnlimited(timeout) || seconds === 0) return timeout;
  return `${timeout}${seconds}s`;
}

/** In seconds; undefined: no limit. */
export function timeoutSeconds(timeout: string): number | undefined {
  if (isUnlimited(timeout)) return undefined;
  const parts = timeout.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit] ?? 0), 0);
}

/** What is shorter is no time here. */
const SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1 };

function isUnlimited(timeout: string): boolean {
  return !/[1-9]/.test(timeout);
}

/** What has a timeout, or else the default's, with it raised for that many pauses. */
export function withRaisedTimeout<T extends { timeout?: string }>(
  timed: T,
  pauses: number,
  { pauseSeconds, defaultTimeout }: Clocks,
): T {
  const timeout = raisedTimeout(timed.timeout ?? defaultTimeout, pauses * pauseSeconds);
  return timeout === undefined ? timed : { ...timed, timeout };
}

/**
 * The run's own clocks, and those that it sets for held tasks. `held` names a task as often as a
 * step of it holds: one may come after the other.
 */
export function raiseRunTimeouts(
  run: PipelineRun,
  { finally: last = [] }: PipelineSpec,
  held: readonly string[],
  { pauseSeconds, defaultTimeout }: Clocks,
): PipelineRun {
  const isLast = (name: string) => last.some((task) => task.name === name);
  const raise = (timeout: string | undefined, names: readonly string[]) =>
    raisedTimeout(timeout, names.length * pauseSeconds);
  const { pipeline = defaultTimeout, tasks, finally: afterwards } = run.spec.timeouts ?? {};
  const timeouts = {
    pipeline: raise(pipeline, held),
    tasks: raise(tasks, held.filter((name) => !isLast(name))),
    finally: raise(afterwards, held.filter(isLast)),
  };
  const taskRunSpecs = run.spec.taskRunSpecs?.map((one) => {
    const names = held.filter((name) => name === one.pipelineTaskName);
    const timeout = raise(one.timeout as string | undefined, names);
    return timeout === undefined ? one : { ...one, timeout };
  });
  const raised = {
    ...run.spec,
    timeouts: Object.values(timeouts).some(isGiven) ? given(timeouts) : undefined,
    taskRunSpecs,
  };
  return { ...run, spec: given(raised) };
}

/** Without what is undefined. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value))) as T;
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}
