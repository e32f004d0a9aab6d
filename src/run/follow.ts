/**
 * Follows a live run to its end: the log of each step as events, then the Outcome. A gate's own words
 * are no log: the live run is told of them.
 */
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { LABEL, type Pod } from "../tekton/model.ts";
import { hasStarted, STEP_PREFIX, stepContainers } from "../tekton/pod_state.ts";
import type { Outcome, RunEvent } from "./events.ts";
import type { LiveRun } from "./live_run.ts";
import { outcomeOf } from "./outcome.ts";
import { canHold, readPause } from "./pause_place.ts";
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
  const { kube, clock, live, emit, signal } = options;
  const current = () => {
    const pod = live.pods.get(name);
    return pod?.metadata.uid === uid ? pod : undefined;
  };
  const { namespace } = live;
  const first = current();
  for (const container of first === undefined ? [] : stepContainers(first)) {
    const started = await live.until(() => {
      const pod = current();
      if (pod === undefined) return "gone";
      if (hasStarted(pod, container)) return "started";
      return isOver(pod) || live.phase.kind === "ended" ? "gone" : undefined;
    }, signal);
    if (started === "gone") continue;
    const task = current()?.metadata.labels?.[LABEL.pipelineTask];
    const step = container.slice(STEP_PREFIX.length);
    const said: string[] = [];
    let hasHeld = false;
    let isHalfTold = false;
    for await (const line of stepLog(kube, clock, { namespace, pod: name, container }, signal)) {
      const held = readPause(first!, container, line, said);
      if (held === undefined || held.before !== "") {
        const text = held?.before ?? line;
        emit({ kind: "log", task, step, line: text });
        if (said.push(text) > LAST_LINES) said.shift();
      }
      if (held === undefined) continue;
      hasHeld = true;
      // After its work a gate says so on both streams: once both have come, so has all that the work said.
      isHalfTold = held.pause.gate === "script" && held.pause.exitCode !== undefined && !isHalfTold;
      if (!isHalfTold) live.addPause(held.pause);
    }
    if (hasHeld || !canHold(first!, container)) continue;
    const image = first!.spec?.containers?.find((one) => one.name === container)?.image ?? "";
    live.addMissed({ pod: name, uid, container, image, said });
  }
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

/** Of a step that was to hold, for whoever explains why it did not. */
const LAST_LINES = 20;

/** After this long a TaskRun that still says Running is told as such. */
const SETTLE_MS = 5_000;
