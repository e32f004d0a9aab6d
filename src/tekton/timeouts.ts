/**
 * Raises the timeouts of a run by the time that it may be held. Pure.
 *
 * Durations have Go's syntax, and Go reads "1h0m0s600s" as the sum. "0" is no limit.
 * Source: https://tekton.dev/docs/pipelines/pipelineruns/#configuring-a-failure-timeout
 */
import type { PipelineRun, PipelineSpec } from "./model.ts";

/** The length of a pause, and the timeout of runs that name none. */
export interface Clocks {
  readonly pauseSeconds: number;
  /**
   * The cluster's `default-timeout-minutes`, as "1h0m0s"; undefined if unknown: not raised then.
   */
  readonly defaultTimeout?: string;
}

export function raisedTimeout(timeout: string | undefined, seconds: number): string | undefined {
  if (timeout === undefined || isUnlimited(timeout) || seconds === 0) return timeout;
  return `${timeout}${seconds}s`;
}

/** Returns the timeout in seconds; undefined for no limit. */
export function timeoutSeconds(timeout: string): number | undefined {
  if (isUnlimited(timeout)) return undefined;
  const parts = timeout.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit] ?? 0), 0);
}

/** Seconds per unit; smaller units count as 0. */
const SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1 };

function isUnlimited(timeout: string): boolean {
  return !/[1-9]/.test(timeout);
}

/** Raises the timeout, or else the default, by the given number of pauses. */
export function withRaisedTimeout<T extends { timeout?: string }>(
  timed: T,
  pauses: number,
  { pauseSeconds, defaultTimeout }: Clocks,
): T {
  const timeout = raisedTimeout(timed.timeout ?? defaultTimeout, pauses * pauseSeconds);
  return timeout === undefined ? timed : { ...timed, timeout };
}

/**
 * Raises the run's own timeouts, and those that it sets for held tasks. `held` has a task's name
 * once for each of its steps that hold, because these may hold one after the other.
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

/** Returns the fields that are not undefined. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value))) as T;
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}
