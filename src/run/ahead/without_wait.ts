/** Takes the wait for a save out of the times of a run. Pure. */
import type { RunEvent, TaskOutcome, TaskProgress } from "../../events.ts";
import type { HeldStep } from "../await_pause.ts";

export interface Wait {
  readonly held: HeldStep;
  /** How long the run was held before the save. */
  readonly waitMs: number;
}

/** Returns the event as that of a run that began to hold at the save. */
export function withoutWait(event: RunEvent, { held, waitMs }: Wait): RunEvent {
  const less = <T extends { elapsedMs?: number }>(timed: T): T =>
    timed.elapsedMs === undefined
      ? timed
      : { ...timed, elapsedMs: Math.max(0, timed.elapsedMs - waitMs) };
  if (event.kind === "tasks") {
    // In a TaskRun they are its steps.
    const isHeld = ({ name, status }: TaskProgress) =>
      name === (held.task ?? held.step) && status !== "pending";
    return less({ ...event, tasks: event.tasks.map((one) => isHeld(one) ? less(one) : one) });
  }
  if (event.kind !== "ended") return event;
  const steps = (task: TaskOutcome) =>
    task.steps === undefined
      ? {}
      : { steps: task.steps.map((step) => step.name === held.step ? less(step) : step) };
  const isHeld = ({ name }: TaskOutcome) => held.task === undefined || name === held.task;
  const tasks = event.outcome.tasks.map((task) =>
    isHeld(task) ? { ...less(task), ...steps(task) } : task
  );
  return { ...event, outcome: { ...less(event.outcome), tasks } };
}
