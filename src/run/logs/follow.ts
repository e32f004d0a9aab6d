/**
 * Follows a live run to its end: the log of each step as events, then the Outcome. A gate's own words
 * are no log: the live run is told of them.
 */
import { ExpectedError, OutputError } from "../../errors.ts";
import type { Clock } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { LABEL, type Pod } from "../../tekton/model.ts";
import { phaseOf } from "../../tekton/phase.ts";
import { containerState, hasStarted, STEP_PREFIX, stepContainers } from "../../tekton/pod_state.ts";
import type { Outcome, RunEvent } from "../../events.ts";
import { tellDeleted, tellGone } from "./gone_pods.ts";
import { LastLines } from "./last_lines.ts";
import type { LiveRun } from "../live_run.ts";
import { outcomeOf } from "../outcome.ts";
import { canHold } from "../../hold/pause.ts";
import { partOf, StepLines } from "../../hold/step_lines.ts";
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
  await readLogs(options);
  options.live.setTold();
  // A PipelineRun can be seen to end before the last change of its TaskRuns is.
  await allSettled(options);
  return outcomeOf(options.live, options.uploaded);
}

async function readLogs(options: FollowOptions): Promise<void> {
  const { clock, live, signal } = options;
  using last = new LastLines(clock);
  const pods = new Map<string, Promise<void>>();
  const followed = new Set<string>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const ended = live.until(() => {
    for (const pod of live.pods.values()) {
      const uid = pod.metadata.uid;
      if (pods.has(uid)) continue;
      const before = [...live.pods.values()].filter(isOver).map((one) =>
        pods.get(one.metadata.uid)
      );
      const logs = Promise.all(before).then(() =>
        followPod({ ...options, last }, pod.metadata.name, uid)
      );
      logs.catch(failed.reject);
      pods.set(uid, logs);
      followed.add(pod.metadata.name);
    }
    return live.phase.kind === "ended" ? true : undefined;
  }, signal);
  await Promise.race([ended, failed.promise]);
  last.begin();
  await Promise.all(pods.values());
  tellUnread(options, last);
  const notes = [
    ...tellGone(live.taskRuns.values(), (pod) => followed.has(pod)),
    ...tellDeleted(live.taskRuns.values(), (pod) => live.deletedPods.has(pod)),
  ];
  for (const text of notes) options.emit({ kind: "note", text });
}

/** With what is shared by all logs of the run. */
interface Following extends FollowOptions {
  readonly last: LastLines;
}

async function followPod(options: Following, name: string, uid: string): Promise<void> {
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
  readonly pod: Stored<Pod>;
  readonly container: string;
  /** The pod as it is now, while it is there. */
  readonly current: () => Stored<Pod> | undefined;
}

async function followStep(options: Following, step: FollowedStep): Promise<void> {
  const { live, emit, signal, last } = options;
  const { pod, container } = step;
  const { name, uid } = pod.metadata;
  const lines = new StepLines(pod, container);
  const hasHeld = { yet: false };
  try {
    await readStep(options, step, { lines, hasHeld });
  } catch (error) {
    signal.throwIfAborted();
    if (last.signal.aborted) {
      // What only waits for a step before it has nothing to say.
      if (hasTerminated(step.current() ?? pod, container)) {
        last.unread.push(placeOf(pod, container));
      }
      return;
    }
    // Whether a step holds is told in its log alone. For anything else the run's status is enough.
    const awaitsPause = canHold(pod, container) && !hasHeld.yet;
    const isOurs = !(error instanceof ExpectedError) || error instanceof OutputError;
    if (isOurs || awaitsPause) throw error;
    const text = `${error.message.replace(/^Cannot /, "Can't ")}: following the run without it`;
    emit({ kind: "note", text });
    return;
  }
  if (hasHeld.yet || !canHold(pod, container)) return;
  const image = pod.spec?.containers?.find((one) => one.name === container)?.image ?? "";
  live.addMissed({ pod: name, uid, container, image, said: lines.said });
}

async function readStep(
  { kube, clock, live, emit, last, ...options }: Following,
  { pod, container, current }: FollowedStep,
  { lines, hasHeld }: { lines: StepLines; hasHeld: { yet: boolean } },
): Promise<void> {
  const task = current()?.metadata.labels?.[LABEL.pipelineTask];
  const step = container.slice(STEP_PREFIX.length);
  const place = { namespace: live.namespace, pod: pod.metadata.name, container };
  const hasEnded = () => {
    const now = current();
    return live.phase.kind === "ended" || now === undefined || hasTerminated(now, container);
  };
  const isOver = () => live.phase.kind === "ended" || hasTaskRunEnded(live, pod);
  const signal = AbortSignal.any([options.signal, last.signal]);
  const reading = {
    kube,
    clock,
    container: place,
    hasEnded,
    isOver,
    isGone: () => current() === undefined,
    onFailure: () => last.failed(),
    onCut: () => {
      const text = `Pod ${place.pod} is gone, and with it what step ${
        placeOf(pod, container)
      } said last`;
      emit({ kind: "note", text });
    },
    signal,
  };
  let isHalfTold = false;
  for await (const piece of stepLog(reading)) {
    last.heard();
    const { own, pause } = lines.read(piece);
    if (own !== undefined) emit({ kind: "log", task, step, line: own.text, ...partOf(own) });
    if (pause === undefined) continue;
    hasHeld.yet = true;
    // After its work a gate says so on both streams: once both have come, so has all that the work said.
    isHalfTold = pause.gate === "script" && pause.exitCode !== undefined && !isHalfTold;
    if (!isHalfTold) live.addPause(pause);
  }
  last.heard();
}

export function hasTaskRunEnded(live: LiveRun, { metadata: { labels } }: Pod): boolean {
  const taskRun = live.taskRuns.get(labels?.[LABEL.taskRun] ?? "");
  return taskRun !== undefined && phaseOf(taskRun).kind === "ended";
}

function tellUnread({ live, emit }: FollowOptions, { unread }: LastLines): void {
  if (unread.length === 0) return;
  const { kind, name, namespace } = live;
  const logs = `tkn-dev ${kind.toLowerCase()} logs ${name} -n ${namespace}`;
  const text = `The cluster did not give the end of the logs of ${unread.join(", ")}`;
  emit({ kind: "note", text: `${text} in time; ${logs} shows them` });
}

/** `task/step`, in a TaskRun `step`. */
function placeOf(pod: Pod, container: string): string {
  const task = pod.metadata.labels?.[LABEL.pipelineTask];
  const step = container.slice(STEP_PREFIX.length);
  return task === undefined ? step : `${task}/${step}`;
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
