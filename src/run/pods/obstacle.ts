/** Reads from a run's conditions why it has no pod yet: only the conditions say that. Pure. */
import { type Condition, LABEL } from "../../tekton/model.ts";
import { succeededOf } from "../../tekton/phase.ts";
import type { LiveRun } from "../live_run.ts";

/** The reason why a run or pod does not start. */
export interface Obstacle {
  /** The text after "Waiting for". */
  readonly text: string;
  /** A command or an explanation that helps the user. */
  readonly hint?: string;
  /** Whether nothing is in the way: tasks do their work. */
  readonly isWork?: boolean;
}

type Conditions = Pick<LiveRun, "kind" | "name" | "namespace" | "run" | "taskRuns" | "pods">;

/** Returns the obstacle of the first TaskRun without a pod, else of the PipelineRun. */
export function obstacleOf(live: Conditions): Obstacle | undefined {
  const names = new Set(
    [...live.pods.values()].map(({ metadata }) => metadata.labels?.[LABEL.taskRun]),
  );
  for (const run of live.taskRuns.values()) {
    if (names.has(run.metadata.name)) continue;
    const task = run.metadata.labels?.[LABEL.pipelineTask];
    const found = read(
      task === undefined ? `TaskRun ${run.metadata.name}` : `task ${task}`,
      live.namespace,
      succeededOf(run),
    );
    if (found !== undefined) return found;
  }
  if (live.kind === "TaskRun") return undefined;
  return read(`PipelineRun ${live.name}`, live.namespace, succeededOf(live.run));
}

/** Reasons of runs that make progress. */
const USUAL = new Set(["Started", "Running", "Completed", "ToBeRetried", "StartedBeingRetried"]);

function read(
  owner: string,
  namespace: string,
  condition: Condition | undefined,
): Obstacle | undefined {
  const { status, reason = "", message = "" } = condition ?? {};
  if (status !== "Unknown" || USUAL.has(reason)) return undefined;
  const quota = quotaIn(message);
  const why = quota ?? `${reason}${message === "" ? "" : `: ${message}`}`;
  return { text: `${owner}: ${why}`, hint: hintFor(message, namespace) };
}

/** `pods "x" is forbidden: exceeded quota: full, requested: pods=1, used: pods=0, limited: ...` */
function quotaIn(message: string): string | undefined {
  const [, plural, quota, numbers] =
    /(\S+) "[^"]*" is forbidden: exceeded quota: ([^,]+), (requested: .*)$/.exec(message) ?? [];
  if (quota === undefined) return undefined;
  const object = { pods: "its pod", persistentvolumeclaims: "its claim" }[plural] ?? plural;
  return `quota ${quota} forbids ${object} (${numbers})`;
}

/** Returns a hint for a message of Kubernetes; undefined for most messages. */
export function hintFor(message: string, namespace: string): string | undefined {
  if (/exceeded quota/.test(message)) {
    return `kubectl describe quota -n ${namespace} shows the usage; Tekton retries every minute`;
  }
  if (/persistentvolumeclaim "[^"]*" not found/.test(message)) {
    return `kubectl get pvc -n ${namespace} lists the existing claims`;
  }
  if (/storageclass\S* "[^"]*" not found/i.test(message)) {
    return "kubectl get storageclass lists the existing classes";
  }
  if (/no storage class is set/.test(message)) {
    return "the cluster has no default class: set one with storageClass= beside volume=, " +
      "or in the claim's spec";
  }
  return undefined;
}
