/** Awaits the pause of one step: the moment when its gate says in the step's log that it holds. */
import { ClusterError, TransferError, UsageError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Stored } from "../kube/interface.ts";
import { LABEL } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { STEP_PREFIX } from "../tekton/pod_state.ts";
import type { LiveRun, MissedPause } from "./live_run.ts";
import type { Pause } from "../hold/pause.ts";
import { isInterpreterMissing } from "../step/protocol/start_failure.ts";

/** A step that is to hold. */
export interface HeldStep {
  /** The Pipeline's task; undefined in a TaskRun. */
  readonly task?: string;
  readonly step: string;
}

export interface PauseOptions {
  readonly clock: Clock;
  /** A run that `followRun` follows: it finds the pauses. */
  readonly live: LiveRun;
  readonly held: HeldStep;
  /** The uids of pods whose pause is known already. */
  readonly except?: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Returns the pause; undefined if the run ends before the step holds. */
export async function awaitPause(options: PauseOptions): Promise<Pause | undefined> {
  const { live, held, except, signal } = options;
  const isAwaited = (pause: Pause | MissedPause) =>
    !except?.has(pause.uid) && isOfStep(live, held, pause);
  const found = await live.until(() => {
    checkNotSkipped(live, held.task);
    return live.pauses.find(isAwaited) ?? live.missed.find(isAwaited) ??
      (live.logsDrained ? null : undefined);
  }, signal);
  if (found === null) return undefined;
  return found.gate === undefined
    ? await explainMissed(options, found)
    : { ...found, step: held.step };
}

/** Returns the step as events about an upload name it: by its task, if it has one. */
export function placeName({ task, step }: HeldStep): string {
  return task ?? `step ${step}`;
}

/** Whether it is a pause of this step, in a pod that exists. */
export function isOfStep(
  { pods }: LiveRun,
  held: HeldStep,
  { pod: name, uid, container }: Pause | MissedPause,
): boolean {
  const pod = pods.get(name);
  return pod !== undefined && pod.metadata.uid === uid && isOfTask(pod, held.task) &&
    containerOf(pod, held.step) === container;
}

/** Returns the pod of the held task, if it exists. */
export function heldPod({ pods }: LiveRun, task: string | undefined): Stored<Pod> | undefined {
  return [...pods.values()].find((pod) => isOfTask(pod, task));
}

function isOfTask(pod: Pod, task: string | undefined): boolean {
  return task === undefined || pod.metadata.labels?.[LABEL.pipelineTask] === task;
}

/** Returns the step's container: Tekton shortens long names, the pod has the real one. */
function containerOf(pod: Pod, step: string): string {
  const names = (pod.spec?.containers ?? []).map((container) => container.name);
  const whole = STEP_PREFIX + step;
  return names.find((name) => name === whole) ??
    names.find((name) => name.length > STEP_PREFIX.length && whole.startsWith(name)) ?? whole;
}

function checkNotSkipped(live: LiveRun, task: string | undefined): void {
  const skipped = (live.run.status as { skippedTasks?: { name: string; reason?: string }[] })
    ?.skippedTasks?.find((one) => one.name === task);
  if (task === undefined || skipped === undefined) return;
  throw new UsageError(
    `Cannot upload into task "${task}": this run skips it (${skipped.reason ?? "no reason given"})`,
    { hint: "give the params with which it runs, or choose another --on-task" },
  );
}

/**
 * Throws why the container ended without holding; returns if the run ends too, because its outcome
 * then gives the reason.
 */
async function explainMissed(
  options: PauseOptions,
  { image, said }: MissedPause,
): Promise<undefined> {
  const { live, held } = options;
  if (isInterpreterMissing(said)) {
    throw new TransferError(
      `Cannot hold step "${held.step}": its image "${image}" has no shell`,
      { hint: "name an image with a shell by --upload-image, or choose another --on-step" },
    );
  }
  const hasEnded = () => live.phase.kind === "ended" ? true : undefined;
  if (await live.within(RUN_END_MS, hasEnded, options)) return;
  const last = said.at(-1);
  throw new ClusterError(
    `Cannot hold step "${held.step}": it ended at once${last === undefined ? "" : ` (${last})`}`,
    { hint: `kubectl describe ${live.kind.toLowerCase()} ${live.name} -n ${live.namespace}` },
  );
}

/** The limit for a run to end after its held step; a run that continues has missed the upload. */
const RUN_END_MS = 10_000;
