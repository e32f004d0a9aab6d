/**
 * Follows a live run to its end: the log of each step as events, then the Outcome. A gate's own words
 * are no log: the live run is told of them.
 */
import { ExpectedError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { LABEL, type Pod } from "../tekton/model.ts";
import { containerState, hasStarted, STEP_PREFIX, stepContainers } from "../tekton/pod_state.ts";
import type { Outcome, RunEvent } from "./events.ts";
import type { LiveRun } from "./live_run.ts";
import { outcomeOf } from "./outcome.ts";
import { canHold } from "./pause_place.ts";
import { partOf, StepLines } from "./step_lines.ts";
import { stepLog } from "./step_log.ts";

export interface FollowOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly live: LiveRun;
  readonly emit: (event: RunEvent) => void;
  /** The Pipeline's task that the upload stands in for. */
  readonly uploaded?: string;
  readonly signal: AbortSignal;
}

/**
 * Each pod's steps one after another; the pods side by side, but one that comes after others have
 * ended waits for the last of their lines.
 */
export async function follow(options: FollowOptions): Promise<Outcome> {
  const { live, signal } = options;
  const pods = new Map<string, Promise<void>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const ended = live.until(() => {
    for (const pod of live.pods.values()) {
      const uid = pod.metadata.uid!;
      if (pods.has(uid)) continue;
      const before = [...live.pods.values()].filter(isOver).map((one) =>
        pods.get(one.metadata.uid!)
      );
      const logs = Promise.all(before).then(() => followPod(options, pod.metadata.name!, uid));
      logs.catch(failed.reject);
      pods.set(uid, logs);
    }
    return live.phase.kind === "ended" ? true : undefined;
  }, signal);
  await Promise.race([ended, failed.promise]);
  await Promise.all(pods.values());
  live.setTold();
  // A PipelineRun can be seen to end before the last change of its TaskRuns is.
  await allSettled(options);
  return outcomeOf(live, options.uploaded);
}

async function followPod(options: FollowOptions, name: string, uid: string): Promise<void> {
  const { live, signal } = options;
  const current = () => {
    const pod = live.pods.get(name);
    return pod?.metadata.uid === uid ? pod : undefined;
  };
  const first = current();
  for (const container of first === undefined ? [] : stepContainers(first)) {
    const started = await live.until(() => {
      const pod = current();
      if (pod === undefined) return "gone";
      if (hasStarted(pod, container)) return "started";
      return isOver(pod) || live.phase.kind === "ended" ? "gone" : undefined;
    }, signal);
    if (started === "gone") continue;
    await followStep(options, { pod: first!, container, current });
  }
}

interface FollowedStep {
  readonly pod: Pod;
  readonly container: string;
  /** The pod as it is now, while it is there. */
  readonly current: () => Pod | undefined;
}

async function followStep(options: FollowOptions, step: FollowedStep): Promise<void> {
  const { live, emit, signal } = options;
  const { pod, container } = step;
  const { name, uid } = pod.metadata as { name: string; uid: string };
  const lines = new StepLines(pod, container);
  const hasHeld = { yet: false };
  try {
    await readStep(options, step, { lines, hasHeld });
  } catch (error) {
    signal.throwIfAborted();
    // Whether a step holds is told in its log alone. For anything else the run's status is enough.
    const awaitsPause = canHold(pod, container) && !hasHeld.yet;
    if (!(error instanceof ExpectedError) || awaitsPause) throw error;
    const text = `${error.message.replace(/^Cannot /, "Can't ")}: following the run without it`;
    emit({ kind: "note", text });
    return;
  }
  if (hasHeld.yet || !canHold(pod, container)) return;
  const image = pod.spec?.containers?.find((one) => one.name === container)?.image ?? "";
  live.addMissed({ pod: name, uid, container, image, said: lines.said });
}

async function readStep(
  { kube, clock, live, emit, signal }: FollowOptions,
  { pod, container, current }: FollowedStep,
  { lines, hasHeld }: { lines: StepLines; hasHeld: { yet: boolean } },
): Promise<void> {
  const task = current()?.metadata.labels?.[LABEL.pipelineTask];
  const step = container.slice(STEP_PREFIX.length);
  const place = { namespace: live.namespace, pod: pod.metadata.name!, container };
  const hasEnded = () => {
    const now = current();
    return live.phase.kind === "ended" || now === undefined || hasTerminated(now, container);
  };
  let isHalfTold = false;
  for await (const piece of stepLog({ kube, clock, container: place, hasEnded, signal })) {
    const { own, pause } = lines.read(piece);
    if (own !== undefined) emit({ kind: "log", task, step, line: own.text, ...partOf(own) });
    if (pause === undefined) continue;
    hasHeld.yet = true;
    // After its work a gate says so on both streams: once both have come, so has all that the work said.
    isHalfTold = pause.gate === "script" && pause.exitCode !== undefined && !isHalfTold;
    if (!isHalfTold) live.addPause(pause);
  }
}

function hasTerminated(pod: Pod, container: string): boolean {
  return isOver(pod) || containerState(pod, container)?.terminated !== undefined;
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

async function allSettled(options: FollowOptions): Promise<void> {
  const { live, signal } = options;
  const isSettled = () => {
    const unsettled = outcomeOf(live, undefined).tasks.some((task) => task.status === "running");
    return unsettled ? undefined : true;
  };
  await live.within(SETTLE_MS, isSettled, options).catch(() => signal.throwIfAborted());
}

/** After this long a TaskRun that still says Running is told as such. */
const SETTLE_MS = 5_000;
