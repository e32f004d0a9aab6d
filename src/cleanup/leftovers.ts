/** Finds and removes objects that this program left behind when killed or disconnected. */
import { ExpectedError } from "../errors.ts";
import type { Clock } from "../host.ts";
import {
  type Kube,
  type KubeObject,
  PODS,
  type Resource,
  type Selector,
} from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  RESOLUTION_REQUESTS,
  RESOURCE_OF,
  type Run,
  type RunKind,
  TASK_RUNS,
  type TaskRun,
  TASKS,
} from "../tekton/model.ts";
import { CANCEL, phaseOf } from "../tekton/phase.ts";
import { timeoutSeconds } from "../tekton/timeouts.ts";
import { findHeldSteps } from "../hold/held_steps.ts";
import { findOrphanedPods } from "./orphaned_pods.ts";
import { markOf, OWN_LABEL, readTemporary, type Temporary } from "../objects/marks.ts";

export interface Leftover {
  readonly resource: Resource;
  readonly name: string;
  readonly namespace: string;
  readonly createdMs: number;
  readonly ends: "deleted" | "cancelled";
}

export interface FoundObjects {
  readonly left: readonly Leftover[];
  /** Temporary objects that a run of this program may still need. */
  readonly kept: readonly Leftover[];
}

/** The age from which a pending run counts as left over. */
const PENDING_SECONDS = 600;
/** The age from which a held run without a timeout counts as left over. */
const UNLIMITED_SECONDS = 24 * 3600;
/** The time after its timeout from which a held run counts as left over. */
const MARGIN_SECONDS = 300;

/**
 * Namespace "" means all namespaces; `nowMs` is the server's time. Throws ClusterError if the user
 * may not list the objects.
 */
export async function findLeftovers(
  kube: Kube,
  { namespace, nowMs }: { namespace: string; nowMs: number },
): Promise<FoundObjects> {
  const kinds = [PIPELINES, TASKS, PIPELINE_RUNS, TASK_RUNS, RESOLUTION_REQUESTS];
  const found = await Promise.all(kinds.map(async (resource): Promise<FoundObjects> => {
    const objects = await listOwn(kube, resource, namespace).catch((error) => {
      // A user without this right has left no requests, and a cluster may have no resolvers.
      if (resource !== RESOLUTION_REQUESTS) throw error;
      if (isStatus(error, 403) || isStatus(error, 404)) return [];
      throw error;
    });
    const temporary = await findTemporary(kube, { resource, objects, nowMs });
    if (resource !== PIPELINE_RUNS && resource !== TASK_RUNS) return temporary;
    const isRun = (object: KubeObject) => readTemporary(resource.kind, object) === undefined;
    const runs = objects.filter(isRun) as Run[];
    const left = [...temporary.left, ...await findRuns(kube, { resource, runs, nowMs })];
    if (resource !== TASK_RUNS) return { ...temporary, left };
    const taskRuns = runs as TaskRun[];
    const pods = await findOrphanedPods(kube, { namespace, taskRuns, nowMs });
    return { ...temporary, left: [...left, ...pods.map((pod) => leftover(PODS, pod, "deleted"))] };
  }));
  return {
    left: found.flatMap(({ left }) => left),
    kept: found.flatMap(({ kept }) => kept),
  };
}

/** Deletes or cancels the object; does nothing if it no longer exists. */
export async function removeLeftover(
  kube: Kube,
  { resource, namespace, name, ends }: Leftover,
): Promise<void> {
  try {
    if (ends === "deleted") return await kube.delete(resource, namespace, name);
    const status = CANCEL[resource.kind as RunKind];
    await kube.patch(resource, namespace, name, { spec: { status } });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** The number of objects of a kind that `sweep` removes; the command `cleanup` removes all. */
const MOST_SWEPT = 20;

/**
 * Removes expired temporary objects of the kinds, in the background. Does nothing without the right
 * to list them, and stops at the signal.
 */
export function sweep(
  { kube, clock }: { kube: Kube; clock: Clock },
  resources: readonly Resource[],
  { created: { metadata }, signal }: { created: KubeObject; signal: AbortSignal },
): void {
  const serverMs = Date.parse(metadata.creationTimestamp ?? "");
  const nowMs = Number.isNaN(serverMs) ? clock.now() : serverMs;
  const sweepOne = async (resource: Resource) => {
    const objects = await listOwn(kube, resource, metadata.namespace!);
    const { left } = await findTemporary(kube, { resource, objects, nowMs });
    for (const one of left.slice(0, MOST_SWEPT)) {
      signal.throwIfAborted();
      await removeLeftover(kube, one);
    }
  };
  for (const resource of resources) sweepOne(resource).catch(() => {}); // the next run may succeed
}

function listOwn(kube: Kube, resource: Resource, namespace: string): Promise<KubeObject[]> {
  const selector: Selector = { namespace, labels: OWN_LABEL };
  return kube.list(resource, selector);
}

interface Listed<T> {
  readonly resource: Resource;
  readonly objects: readonly T[];
  readonly nowMs: number;
}

async function findTemporary(
  kube: Kube,
  { resource, objects, nowMs }: Listed<KubeObject>,
): Promise<FoundObjects> {
  const temporary = objects.flatMap((object) => {
    const found = readTemporary(resource.kind, object);
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    return found === undefined || isGoing ? [] : [{ object, ...found }];
  });
  const needed = await Promise.all(temporary.map((one) => {
    return isNeeded(kube, one.object.metadata.namespace!, { ...one, nowMs });
  }));
  const named = temporary.map(({ object }) => leftover(resource, object, "deleted"));
  return {
    left: named.filter((_, at) => !needed[at]),
    kept: named.filter((_, at) => needed[at]),
  };
}

/**
 * Whether a run that has not ended refers to the object. For some time every object counts as
 * needed, because the run is created after the objects that it refers to.
 */
async function isNeeded(
  kube: Kube,
  namespace: string,
  { run, mark, neededUntilMs, nowMs }: Temporary & { nowMs: number },
): Promise<boolean> {
  if (nowMs < neededUntilMs) return true;
  if (run === undefined) return false;
  try {
    const resource = RESOURCE_OF[run.kind as RunKind];
    const found = await kube.get<Run>(resource, namespace, run.name);
    return markOf(run.kind, found) === mark && phaseOf(found).kind !== "ended";
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

async function findRuns(
  kube: Kube,
  { resource, runs, nowMs }: { resource: Resource; runs: readonly Run[]; nowMs: number },
): Promise<Leftover[]> {
  const living = runs.filter((run) => {
    const { labels, deletionTimestamp } = run.metadata;
    const isChild = resource === TASK_RUNS && labels?.[LABEL.pipelineRun] !== undefined;
    return !isChild && deletionTimestamp === undefined && phaseOf(run).kind !== "ended";
  });
  const found = await Promise.all(living.map(async (run) => {
    const seconds = (nowMs - Date.parse(run.metadata.creationTimestamp ?? "")) / 1000;
    if (isPending(run)) {
      return seconds > PENDING_SECONDS ? leftover(resource, run, "deleted") : undefined;
    }
    if (!(seconds > limitSeconds(resource, run) + MARGIN_SECONDS)) return undefined;
    const { name, namespace } = run.metadata as { name: string; namespace: string };
    const kind = resource.kind as RunKind;
    const held = await findHeldSteps(kube, { kind, namespace, name }).catch((error) => {
      if (error instanceof ExpectedError) return []; // a run whose pods can't be read stays
      throw error;
    });
    return held.length === 0 ? undefined : leftover(resource, run, "cancelled");
  }));
  return found.filter((one) => one !== undefined);
}

/**
 * Whether an earlier version of this program created the run as pending, and was killed before it
 * created the run's objects.
 */
function isPending({ spec }: Run): boolean {
  const { pipelineRef, pipelineSpec, status } = spec as PipelineRun["spec"];
  const tasks = [...pipelineSpec?.tasks ?? [], ...pipelineSpec?.finally ?? []];
  const names = [pipelineRef, ...tasks.map(({ taskRef }) => taskRef)].map((one) => one?.name ?? "");
  return status === "PipelineRunPending" &&
    names.some((name) => /^tkn-dev-[a-z0-9]{6}(-\d+)?$/.test(name));
}

/** Returns the age by which Tekton ends the run; a run without a timeout may work for a day. */
function limitSeconds(resource: Resource, run: Run): number {
  const timeout = resource === PIPELINE_RUNS
    ? (run as PipelineRun).spec.timeouts?.pipeline
    : (run as TaskRun).spec.timeout;
  return timeoutSeconds(timeout ?? "1h") ?? UNLIMITED_SECONDS;
}

function leftover(
  resource: Resource,
  { metadata }: KubeObject,
  ends: Leftover["ends"],
): Leftover {
  const { name, namespace, creationTimestamp } = metadata as Required<KubeObject["metadata"]>;
  return { resource, name, namespace, createdMs: Date.parse(creationTimestamp), ends };
}
