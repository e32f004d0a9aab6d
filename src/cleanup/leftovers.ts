/** Finds and removes objects that this program left behind when killed or disconnected. */
import { ExpectedError } from "../errors.ts";
import type { Clock } from "../host.ts";
import { type Kube, PODS, type Resource, type Selector, type Stored } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import {
  isRunKind,
  LABEL,
  PIPELINE_RUNS,
  PIPELINES,
  RESOLUTION_REQUESTS,
  RESOURCE_OF,
  type Run,
  type RunKind,
  TASK_RUNS,
  TASKS,
} from "../tekton/model.ts";
import { CANCEL, phaseOf } from "../tekton/phase.ts";
import { timeoutSeconds } from "../tekton/timeouts.ts";
import { findHeldSteps } from "../hold/held_steps.ts";
import { findOrphanedPods } from "./orphaned_pods.ts";
import { markOf, OWN_LABEL, readTemporary, type Temporary } from "../objects/marks.ts";

export type Leftover =
  & {
    readonly name: string;
    readonly namespace: string;
    readonly createdMs: number;
  }
  & ({ readonly ends: "deleted"; readonly resource: Resource } | {
    readonly ends: "cancelled";
    readonly resource: Resource<RunKind>;
  });

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
    const objects: Stored[] = await listOwn(kube, resource, namespace).catch((error) => {
      // A user without this right has left no requests, and a cluster may have no resolvers.
      if (resource !== RESOLUTION_REQUESTS) throw error;
      if (isStatus(error, 403) || isStatus(error, 404)) return [];
      throw error;
    });
    const temporary = await findTemporary(kube, { resource, objects, nowMs });
    if (resource !== PIPELINE_RUNS && resource !== TASK_RUNS) return temporary;
    const runs = objects.filter(isRun)
      .filter((run) => readTemporary(resource.kind, run) === undefined);
    const left = [...temporary.left, ...await findRuns(kube, runs, nowMs)];
    if (resource !== TASK_RUNS) return { ...temporary, left };
    const taskRuns = runs.filter((run) => run.kind === "TaskRun");
    const pods = await findOrphanedPods(kube, { namespace, taskRuns, nowMs });
    return { ...temporary, left: [...left, ...pods.map((pod) => toDelete(PODS, pod))] };
  }));
  return {
    left: found.flatMap(({ left }) => left),
    kept: found.flatMap(({ kept }) => kept),
  };
}

/** Deletes or cancels the object; does nothing if it no longer exists. */
export async function removeLeftover(
  kube: Kube,
  left: Leftover,
): Promise<void> {
  const { namespace, name, resource } = left;
  try {
    if (left.ends === "deleted") return await kube.delete(resource, namespace, name);
    const status = CANCEL[left.resource.kind];
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
  { created: { metadata }, signal }: { created: Stored; signal: AbortSignal },
): void {
  const serverMs = Date.parse(metadata.creationTimestamp ?? "");
  const nowMs = Number.isNaN(serverMs) ? clock.now() : serverMs;
  const sweepOne = async (resource: Resource) => {
    const objects = await listOwn(kube, resource, metadata.namespace);
    const { left } = await findTemporary(kube, { resource, objects, nowMs });
    for (const one of left.slice(0, MOST_SWEPT)) {
      signal.throwIfAborted();
      await removeLeftover(kube, one);
    }
  };
  for (const resource of resources) sweepOne(resource).catch(() => {}); // the next run may succeed
}

function listOwn(kube: Kube, resource: Resource, namespace: string): Promise<Stored[]> {
  const selector: Selector = { namespace, labels: OWN_LABEL };
  return kube.list(resource, selector);
}

interface Listed {
  readonly resource: Resource;
  readonly objects: readonly Stored[];
  readonly nowMs: number;
}

async function findTemporary(
  kube: Kube,
  { resource, objects, nowMs }: Listed,
): Promise<FoundObjects> {
  const temporary = objects.flatMap((object) => {
    const found = readTemporary(resource.kind, object);
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    return found === undefined || isGoing ? [] : [{ object, ...found }];
  });
  const needed = await Promise.all(temporary.map((one) => {
    return isNeeded(kube, one.object.metadata.namespace, { ...one, nowMs });
  }));
  const named = temporary.map(({ object }) => toDelete(resource, object));
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
    const resource = RESOURCE_OF[run.kind];
    const found = await kube.get<Run>(resource, namespace, run.name);
    return markOf(run.kind, found) === mark && phaseOf(found).kind !== "ended";
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

async function findRuns(
  kube: Kube,
  runs: readonly Stored<Run>[],
  nowMs: number,
): Promise<Leftover[]> {
  const living = runs.filter((run) => {
    const { labels, deletionTimestamp } = run.metadata;
    const isChild = run.kind === "TaskRun" && labels?.[LABEL.pipelineRun] !== undefined;
    return !isChild && deletionTimestamp === undefined && phaseOf(run).kind !== "ended";
  });
  const found = await Promise.all(living.map(async (run) => {
    const seconds = (nowMs - Date.parse(run.metadata.creationTimestamp ?? "")) / 1000;
    if (isPending(run)) {
      return seconds > PENDING_SECONDS ? toDelete(RESOURCE_OF[run.kind], run) : undefined;
    }
    if (!(seconds > limitSeconds(run) + MARGIN_SECONDS)) return undefined;
    const { kind, metadata: { name, namespace } } = run;
    const held = await findHeldSteps(kube, { kind, namespace, name }).catch((error) => {
      if (error instanceof ExpectedError) return []; // a run whose pods can't be read stays
      throw error;
    });
    return held.length === 0 ? undefined : toCancel(run);
  }));
  return found.filter((one) => one !== undefined);
}

/**
 * Whether an earlier version of this program created the run as pending, and was killed before it
 * created the run's objects.
 */
function isPending(run: Run): boolean {
  if (run.kind !== "PipelineRun") return false;
  const { pipelineRef, pipelineSpec, status } = run.spec;
  const tasks = [...pipelineSpec?.tasks ?? [], ...pipelineSpec?.finally ?? []];
  const names = [pipelineRef, ...tasks.map(({ taskRef }) => taskRef)].map((one) => one?.name ?? "");
  return status === "PipelineRunPending" &&
    names.some((name) => /^tkn-dev-[a-z0-9]{6}(-\d+)?$/.test(name));
}

/** Returns the age by which Tekton ends the run; a run without a timeout may work for a day. */
function limitSeconds(run: Run): number {
  const timeout = run.kind === "PipelineRun" ? run.spec.timeouts?.pipeline : run.spec.timeout;
  return timeoutSeconds(timeout ?? "1h") ?? UNLIMITED_SECONDS;
}

function isRun(object: Stored): object is Stored<Run> {
  return isRunKind(object.kind);
}

function toDelete(resource: Resource, object: Stored): Leftover {
  return { ...originOf(object), resource, ends: "deleted" };
}

function toCancel(run: Stored<Run>): Leftover {
  return { ...originOf(run), resource: RESOURCE_OF[run.kind], ends: "cancelled" };
}

function originOf({ metadata: { name, namespace, creationTimestamp = "" } }: Stored) {
  return { name, namespace, createdMs: Date.parse(creationTimestamp) };
}
