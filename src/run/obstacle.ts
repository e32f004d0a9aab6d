/** What keeps a run from going on, from its own conditions: while there is no pod, they alone tell. Pure. */
import { type Condition, LABEL } from "../tekton/model.ts";
import { succeededOf } from "../tekton/phase.ts";
import type { LiveRun } from "./live_run.ts";

export interface Obstacle {
  /** For a line that says what is waited for. */
  readonly text: string;
  /** What a person can do about it. */
  readonly hint?: string;
}

type Conditions = Pick<LiveRun, "kind" | "name" | "namespace" | "run" | "taskRuns" | "pods">;

/** Of the TaskRuns that have no pod yet, then of the run. */
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

/** What a run that goes its way says of itself. */
const USUAL = new Set(["Started", "Running", "Completed", "ToBeRetried", "StartedBeingRetried"]);

function read(
  owner: string,
  namespace: string,
  condition: Condition | undefined,
): Obstacle | undefined {
  const { status, reason = "", message = "" } = condition ?? {};
  if (status !== "Unknown" || USUAL.has(reason)) return undefined;
  const quota = quotaIn(message);
  const what = quota ?? `${reason}${message === "" ? "" : `: ${message}`}`;
  return { text: `${owner}: ${what}`, hint: hintFor(message, namespace) };
}

/** `pods "x" is forbidden: exceeded quota: full, requested: pods=1, used: pods=0, limited: pods=0` */
function quotaIn(message: string): string | undefined {
  const [, plural, quota, numbers] =
    /(\S+) "[^"]*" is forbidden: exceeded quota: ([^,]+), (requested: .*)$/.exec(message) ?? [];
  if (quota === undefined) return undefined;
  const what = { pods: "its pod", persistentvolumeclaims: "its claim" }[plural] ?? plural;
  return `quota ${quota} keeps ${what} from being made (${numbers})`;
}

/** For words of Kubernetes'. */
export function hintFor(message: string, namespace: string): string | undefined {
  if (/exceeded quota/.test(message)) {
    return `kubectl describe quota -n ${namespace} shows what is used; Tekton tries again each minute`;
  }
  if (/persistentvolumeclaim "[^"]*" not found/.test(message)) {
    return `kubectl get pvc -n ${namespace} lists those that there are`;
  }
  if (/storageclass\S* "[^"]*" not found/i.test(message)) {
    return "kubectl get storageclass lists those that there are";
  }
  if (/no storage class is set/.test(message)) {
    return "the cluster has no default: name one by storageClass= with volume=, or in the claim's spec";
  }
  return undefined;
}
