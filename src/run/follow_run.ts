/**
 * Follows a live run to its end: streams the log of every step, and returns the Outcome. The
 * streams are also where the run's pauses are found, see logs/step_stream.ts.
 */
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { hasStarted } from "../tekton/pod_state.ts";
import type { Outcome, RunEvent } from "../events.ts";
import { deletedPodNotes, missingLogNotes } from "./pods/deleted_pod_notes.ts";
import { canHold } from "../hold/pause.ts";
import { EVERYTHING, isSelected, logContainers, type LogSelection } from "./logs/log_selection.ts";
import { LastLines } from "./logs/last_lines.ts";
import { hasPodEnded, type StreamOptions, streamStep } from "./logs/step_stream.ts";
import type { LiveRun } from "./live_run.ts";
import { reportProgress } from "./task_progress.ts";
import { outcomeOf } from "./outcome.ts";

export interface FollowOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  /** The run; its pauses, missed pauses and `logsDrained` are set here. */
  readonly live: LiveRun;
  readonly emit: (event: RunEvent) => void;
  /** The Pipeline's task that the upload replaces. */
  readonly uploaded?: string;
  /** The logs to emit; all without it. */
  readonly selection?: LogSelection;
  readonly signal: AbortSignal;
}

/** The time for TaskRuns to settle after the run has ended. */
const SETTLE_MS = 5_000;

/** Throws ClusterError if the run is deleted, or the log of a step that may hold can't be read. */
export async function followRun(options: FollowOptions): Promise<Outcome> {
  void reportProgress(options);
  await streamLogs(options);
  options.live.setLogsDrained();
  await awaitSettled(options);
  return outcomeOf(options.live, { uploaded: options.uploaded });
}

/**
 * Streams the logs of all pods side by side. A pod that appears after others have ended begins once
 * their logs are drained, so that the lines stay in order. One pod at a time may request a log
 * before its turn: what waits unread takes room on the connection, which the logs that are read
 * need.
 */
async function streamLogs(options: FollowOptions): Promise<void> {
  const { clock, live, emit, signal } = options;
  using lastLines = new LastLines(clock);
  const podLogs = new Map<string, Promise<void>>();
  const followed = new Set<string>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  /** Resolves when no pod is before its turn. */
  let noneAhead: Promise<unknown> = Promise.resolve();
  const ended = live.until(() => {
    for (const pod of live.pods.values()) {
      const uid = pod.metadata.uid;
      if (podLogs.has(uid)) continue;
      const earlier = [...live.pods.values()].filter(hasPodEnded).map((one) =>
        podLogs.get(one.metadata.uid)
      );
      const turn = Promise.all(earlier);
      const logs = Promise.race([turn, noneAhead]).then(() =>
        streamPod({ ...options, lastLines }, { name: pod.metadata.name, uid, turn })
      );
      logs.catch(failed.reject);
      noneAhead = Promise.all([noneAhead, turn]);
      noneAhead.catch(() => {}); // an earlier pod fails with the same error
      podLogs.set(uid, logs);
      followed.add(pod.metadata.name);
    }
    return live.phase.kind === "ended" ? true : undefined;
  }, signal);
  await Promise.race([ended, failed.promise]);
  lastLines.begin();
  await Promise.all(podLogs.values());
  const notes = [
    ...unreadNotes(live, lastLines),
    ...missingLogNotes(live.taskRuns.values(), (pod) => followed.has(pod)),
    ...deletedPodNotes(live.taskRuns.values(), (pod) => live.deletedPods.has(pod)),
  ];
  for (const text of notes) emit({ kind: "note", text });
}

/** Streams the pod's steps one after the other. Only the first may be before its turn. */
async function streamPod(
  options: StreamOptions,
  { name, uid, turn }: { name: string; uid: string; turn: Promise<unknown> },
): Promise<void> {
  const { live, signal, selection = EVERYTHING } = options;
  const current = () => {
    const pod = live.pods.get(name);
    return pod?.metadata.uid === uid ? pod : undefined;
  };
  const first = current();
  for (const container of first === undefined ? [] : logContainers(first, selection)) {
    if (!isSelected(selection, first!, container) && !canHold(first!, container)) continue;
    const started = await live.until(() => {
      const pod = current();
      if (pod === undefined) return false;
      if (hasStarted(pod, container)) return true;
      return hasPodEnded(pod) || live.phase.kind === "ended" ? false : undefined;
    }, signal);
    if (started) await streamStep(options, { pod: first!, container, current, turn });
  }
}

function unreadNotes({ kind, name, namespace }: LiveRun, { unread }: LastLines): string[] {
  if (unread.length === 0) return [];
  const logs = `tkn-dev ${kind.toLowerCase()} logs ${name} -n ${namespace}`;
  const text = `The cluster did not send the end of the logs of ${unread.join(", ")}`;
  return [`${text} in time; ${logs} shows them`];
}

/** Waits for the last change of the TaskRuns: the run may be seen to end before them. */
async function awaitSettled(options: FollowOptions): Promise<void> {
  const { live, signal } = options;
  const isSettled = () => {
    const { tasks } = outcomeOf(live);
    return tasks.some((task) => task.status === "running") ? undefined : true;
  };
  await live.within(SETTLE_MS, isSettled, options).catch(() => signal.throwIfAborted());
}
