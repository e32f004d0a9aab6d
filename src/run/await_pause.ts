/** Awaits the pause: the moment when the gate itself says that it holds. */
import { ClusterError, TransferError, UsageError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Stored } from "../kube/interface.ts";
import { LABEL, type Pod } from "../tekton/model.ts";
import { STEP_PREFIX } from "../tekton/pod_state.ts";
import type { LiveRun, MissedPause } from "./live_run.ts";
import type { Pause } from "../hold/pause.ts";
import { isInterpreterMissing } from "../step/protocol/start_failure.ts";

export interface PauseOptions {
  readonly clock: Clock;
  /** One that is followed: its pauses are seen in its logs. */
  readonly live: LiveRun;
  readonly held: { readonly task?: string; readonly step: string };
  /** The uids of pods whose pause is known. */
  readonly except?: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Undefined where the run ended before it came to the gate. */
export async function awaitPause(options: PauseOptions): Promise<Pause | undefined> {
  const { live, held, except, signal } = options;
  const isHeld = ({ pod, uid, container }: Pause | MissedPause) => {
    const there = live.pods.get(pod);
    return !except?.has(uid) && there !== undefined && there.metadata.uid === uid &&
      isOfTask(there, held.task) &&
      containerOf(there, held.step) === container;
  };
  const found = await live.until(() => {
    checkNotSkipped(live, held.task);
    return live.pauses.find(isHeld) ?? live.missed.find(isHeld) ??
      (live.logsDrained ? null : undefined);
  }, signal);
  if (found === null) return undefined;
  return found.gate === undefined
    ? await withoutGate(options, found)
    : { ...found, step: held.step };
}

/** The pod of the held task, where it is there. */
export function heldPod(
  { live, held }: Pick<PauseOptions, "live" | "held">,
): Stored<Pod> | undefined {
  return [...live.pods.values()].find((pod) => isOfTask(pod, held.task));
}

function isOfTask(pod: Pod, task: string | undefined): boolean {
  return task === undefined || pod.metadata.labels?.[LABEL.pipelineTask] === task;
}

/** Long names are cut by Tekton; the pod has the true one. */
export function containerOf(pod: Pod, step: string): string {
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

/** The container ended and the gate said nothing: the run's own end tells why, where it comes. */
async function withoutGate(
  options: PauseOptions,
  { image, said }: MissedPause,
): Promise<undefined> {
  const { live, held } = options;
  if (isInterpreterMissing(said)) {
    throw new TransferError(
      `Cannot hold step "${held.step}": its image "${image}" has no shell`,
      { hint: "name one that has a shell with --upload-image, or choose another --on-step" },
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

/** How long a run may take to end with its held step; one that goes on has missed the upload. */
const RUN_END_MS = 10_000;
