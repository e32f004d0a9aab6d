/** Checks what --watch at a held step needs. */
import { ExpectedError, UsageError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import type { HeldRun } from "../../tekton/breakpoint/hold_run.ts";
import type { HeldStep } from "../../tekton/breakpoint/hold_steps.ts";
import { plannedStep } from "../../tekton/breakpoint/planned_workspaces.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import { isHeldClone } from "../../tekton/source/held_destination.ts";
import { chooseMounted } from "../../tekton/workspaces.ts";
import type { SendFlags } from "../options/send_flags.ts";

/** Throws UsageError if there is no terminal, or if the step cannot do its work in place. */
export function checkWatch({ terminal }: Host, pause?: Pause): void {
  if (!(terminal.isTerminal.stdin && terminal.isTerminal.stderr)) {
    throw new UsageError("Cannot watch: stdin is not a terminal, so no key could end it", {
      hint: "leave out --watch to do the work once",
    });
  }
  if (pause !== undefined && pause.gate !== "script") throw withoutShell(pause);
}

/** Where the turns at the steps of a new run send to. */
export interface WatchedPlace extends Pick<SendFlags, "onWorkspace" | "onDirectory"> {
  /** Whether the run begins with an upload, which decides the place if the step can write there. */
  readonly hasUpload: boolean;
}

/**
 * Throws UsageError if the turns could not begin once the run holds. A step that holds only if it
 * fails is no reason, unless all of them are.
 */
export function checkWatchedRun(
  { held, runManifest }: HeldRun<PipelineRun | TaskRun>,
  place: WatchedPlace,
): void {
  const run = runManifest.inline();
  const refused = held.flatMap((step) => {
    const error = refusal(() => checkWatchedStep(run, step, place));
    return error === undefined ? [] : [{ step, error }];
  });
  const first = refused.length === held.length
    ? refused[0]
    : refused.find(({ step }) => step.mode !== "failure");
  if (first !== undefined) throw first.error;
}

function checkWatchedStep(
  run: PipelineRun | TaskRun,
  step: HeldStep,
  { onWorkspace, onDirectory, hasUpload }: WatchedPlace,
): void {
  if (step.step !== step.targetStep) throw withoutShell(step);
  const planned = plannedStep(run, step);
  if (planned === undefined || planned.hasVolumes || isHeldClone(planned.task)) return;
  const asked = hasUpload ? undefined : onWorkspace;
  if (!hasUpload && onDirectory?.startsWith("/")) return;
  const { workspaces } = planned;
  const isAnyWritable = workspaces.some(({ whyReadOnly }) => whyReadOnly === undefined);
  if (asked === undefined && isAnyWritable) return;
  chooseMounted(`step "${stepPath(step)}"`, workspaces, asked);
}

function withoutShell(step: Pick<Pause, "task" | "targetStep">): UsageError {
  return new UsageError(
    `Cannot watch at step "${stepPath(step)}": it is held without a shell, so its work runs once`,
    { hint: "hold it with a shell: its image needs one" },
  );
}

function refusal(check: () => void): ExpectedError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ExpectedError) return error;
    throw error;
  }
}
