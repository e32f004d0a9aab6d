/** What this program left behind when it was killed, or lost its cluster: found, and removed. */
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
import { heldSteps } from "../hold/held_steps.ts";
import { orphanedPods } from "./orphaned_pods.ts";
import { markOf, OWN_LABEL, readTemporary, type Temporary } from "../objects/own.ts";

export interface LeftOver {
  readonly resource: Resource;
  readonly name: string;
  readonly namespace: string;
  readonly createdMs: number;
  readonly ends: "deleted" | "cancelled";
}

/** `kept`: what only this program needs, and may still need. */
export interface Found {
  readonly left: readonly LeftOver[];
  readonly kept: readonly LeftOver[];
}

/** How old a run is before it may count as left. */
const PENDING_SECONDS = 600;
const UNLIMITED_SECONDS = 24 * 3600;
const MARGIN_SECONDS = 300;

/** `namespace` "" is all; `nowMs` is by the server's clock. Throws ClusterError for what may not be listed. */
export async function findLeft(
  kube: Kube,
  { namespace, nowMs }: { namespace: string; nowMs: number },
): Promise<Found> {
  const kinds = [PIPELINES, TASKS, PIPELINE_RUNS, TASK_RUNS, RESOLUTION_REQUESTS];
  const found = await Promise.all(kinds.map(async (resource): Promise<Found> => {
    const objects = await listOwn(kube, resource, namespace).catch((error) => {
      // Who may not ask the resolvers has left no request, and a cluster need not have them.
      if (resource !== RESOLUTION_REQUESTS) throw error;
      if (isStatus(error, 403) || isStatus(error, 404)) return [];
      throw error;
    });
    const own = await findTemporary(kube, { resource, objects, nowMs });
    if (resource !== PIPELINE_RUNS && resource !== TASK_RUNS) return own;
    const isRun = (object: KubeObject) => readTemporary(resource.kind, object) === undefined;
    const runs = objects.filter(isRun) as Run[];
    const left = [...own.left, ...await findRuns(kube, { resource, runs, nowMs })];
    if (resource !== TASK_RUNS) return { ...own, left };
    const taskRuns = runs as TaskRun[];
    const pods = await orphanedPods(kube, { namespace, taskRuns, nowMs });
    return { ...own, left: [...left, ...pods.map((pod) => leftOver(PODS, pod, "deleted"))] };
  }));
  return {
    left: found.flatMap(({ left }) => left),
    kept: found.flatMap(({ kept }) => kept),
  };
}

export async function removeLeft(
  kube: Kube,
  { resource, namespace, name, ends }: LeftOver,
): Promise<void> {
  try {
    if (ends === "deleted") return await kube.delete(resource, namespace, name);
    const status = CANCEL[resource.kind as RunKind];
    await kube.patch(resource, namespace, name, { spec: { status } });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** So many at once are removed beside a run; `cleanup` removes all. */
const MOST = 20;

/**
 * Removes temporary objects of the kinds that are over their time, in the background: without the
 * right to list them, or when the signal comes first, nothing happens.
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
    for (const one of left.slice(0, MOST)) {
      signal.throwIfAborted();
      await removeLeft(kube, one);
    }
  };
  for (const resource of resources) sweepOne(resource).catch(() => {}); // the next one may find it
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
): Promise<Found> {
  const own = objects.flatMap((object) => {
    const found = readTemporary(resource.kind, object);
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    return found === undefined || isGoing ? [] : [{ object, ...found }];
  });
  const needed = await Promise.all(own.map((one) => {
    return isNeeded(kube, one.object.metadata.namespace!, { ...one, nowMs });
  }));
  const named = own.map(({ object }) => leftOver(resource, object, "deleted"));
  return {
    left: named.filter((_, at) => !needed[at]),
    kept: named.filter((_, at) => needed[at]),
  };
}

/** By a run that goes on; and for a time in any case, for the run comes after what it refers to. */
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
): Promise<LeftOver[]> {
  const living = runs.filter((run) => {
    const { labels, deletionTimestamp } = run.metadata;
    const isChild = resource === TASK_RUNS && labels?.[LABEL.pipelineRun] !== undefined;
    return !isChild && deletionTimestamp === undefined && phaseOf(run).kind !== "ended";
  });
  const found = await Promise.all(living.map(async (run) => {
    const seconds = (nowMs - Date.parse(run.metadata.creationTimestamp ?? "")) / 1000;
    if (isPending(run)) {
      return seconds > PENDING_SECONDS ? leftOver(resource, run, "deleted") : undefined;
    }
    if (!(seconds > limitSeconds(resource, run) + MARGIN_SECONDS)) return undefined;
    const { name, namespace } = run.metadata as { name: string; namespace: string };
    const kind = resource.kind as RunKind;
    const held = await heldSteps(kube, { kind, namespace, name }).catch((error) => {
      if (error instanceof ExpectedError) return []; // one that can't be looked into stays
      throw error;
    });
    return held.length === 0 ? undefined : leftOver(resource, run, "cancelled");
  }));
  return found.filter((one) => one !== undefined);
}

/** An earlier version of this program created it so, and was killed before its objects were there. */
function isPending({ spec }: Run): boolean {
  const { pipelineRef, pipelineSpec, status } = spec as PipelineRun["spec"];
  const tasks = [...pipelineSpec?.tasks ?? [], ...pipelineSpec?.finally ?? []];
  const names = [pipelineRef, ...tasks.map(({ taskRef }) => taskRef)].map((one) => one?.name ?? "");
  return status === "PipelineRunPending" &&
    names.some((name) => /^tkn-dev-[a-z0-9]{6}(-\d+)?$/.test(name));
}

/** Tekton ends it by then, if it works; what has no limit may be at work for a day. */
function limitSeconds(resource: Resource, run: Run): number {
  const timeout = resource === PIPELINE_RUNS
    ? (run as PipelineRun).spec.timeouts?.pipeline
    : (run as TaskRun).spec.timeout;
  return timeoutSeconds(timeout ?? "1h") ?? UNLIMITED_SECONDS;
}

function leftOver(
  resource: Resource,
  { metadata }: KubeObject,
  ends: LeftOver["ends"],
): LeftOver {
  const { name, namespace, creationTimestamp } = metadata as Required<KubeObject["metadata"]>;
  return { resource, name, namespace, createdMs: Date.parse(creationTimestamp), ends };
}
