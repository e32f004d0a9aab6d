/** The words of a TaskRun's status for what happened to its pod. */
import type { TaskRun } from "../../../tekton/model.ts";
import { now } from "../../store/store.ts";
import type { State } from "../conditions.ts";
import { type Result, typedResults } from "./results.ts";
import type { StepRecord, StepRunner } from "./steps.ts";
import type { ResolvedTask } from "./task_spec.ts";

type Status = NonNullable<TaskRun["status"]>;

/** An end from outside: the run was cancelled, timed out, or deleted. */
export interface Stop {
  readonly reason: string;
  readonly message: string;
}

export const RUNNING: State = {
  status: "Unknown",
  reason: "Running",
  message: "Not all Steps in the Task have finished executing",
};
export const PENDING: State = { status: "Unknown", reason: "Pending", message: "Pending" };

export function pendingState(records: readonly StepRecord[]): State {
  const waiting = records.find(({ state }) => state.waiting?.message !== undefined);
  if (waiting === undefined) return PENDING;
  const { message } = waiting.state.waiting!;
  return {
    status: "Unknown",
    reason: "PullImageFailed",
    message: `build step "${waiting.container}" is pending with reason "${message}"`,
  };
}

/** `"step-build" exited with code 3: Error` */
export function failureMessage({ container, state, terminationReason }: StepRecord): string {
  if (terminationReason === "TimeoutExceeded") {
    return `"${container}" exited because the step exceeded the specified timeout limit`;
  }
  return `"${container}" exited with code ${state.terminated?.exitCode}: ${state.terminated?.reason}`;
}

export function stepState(record: StepRecord) {
  const { name, container, state, terminationReason, ignoredExitCode } = record;
  const results = record.results.map(({ name, text }) => ({ name, type: "string", value: text }));
  const terminated = state.terminated === undefined
    ? undefined
    : { ...state.terminated, exitCode: ignoredExitCode ?? state.terminated.exitCode };
  return {
    ...(terminated === undefined ? state : { terminated }),
    name,
    container,
    ...(results.length > 0 && { results }),
    ...(terminationReason && { terminationReason }),
  };
}

export function terminatedStep(
  step: NonNullable<Status["steps"]>[number],
  reason: string,
  run: TaskRun,
) {
  if (step.terminated !== undefined) return step;
  const { running, waiting: _, ...rest } = step;
  const startedAt = (running?.startedAt ?? run.metadata.creationTimestamp) as string;
  const message = `Step ${step.name} terminated as pod ${run.status?.podName} is terminated`;
  const terminated = { exitCode: 1, reason, message, startedAt, finishedAt: now() };
  return { ...rest, terminated, terminationReason: reason };
}

/** Returns the results from /tekton/results, and from `value: $(steps.S.results.R)`. */
export function taskResults(task: ResolvedTask, runner: StepRunner): Result[] {
  const declared = task.spec.results ?? [];
  const raw = declared.flatMap(({ name, value }) => {
    const from = typeof value === "string"
      ? /^\$\(steps\.([^.]+)\.results\.([^)]+)\)$/.exec(value)
      : null;
    const text = from === null
      ? runner.taskResults.get(name)
      : runner.records.find((record) => record.name === from[1])?.results
        .find((result) => result.name === from[2])?.text;
    return text === undefined ? [] : [{ name, text }];
  });
  return typedResults(raw, declared);
}

/** The state of a run whose container's environment refers to a missing object. */
export const CONFIG_ERROR: State = {
  status: "False",
  reason: "CreateContainerConfigError",
  message: "Failed to create pod due to config error",
};

/** The end of a run whose volume the sandbox cannot make. */
export function configFailure({ steps: [step] }: ResolvedTask, run: TaskRun, why: string): Stop {
  const message = `the step "${step.name}" in TaskRun "${run.metadata.name}" failed to start. ` +
    `The pod errored with the message: "${why}."`;
  return { reason: "CreateContainerConfigError", message };
}
