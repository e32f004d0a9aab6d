/** What this program left behind when it was killed, or lost its cluster: found, and removed. */
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
import { heldSteps } from "../hold/held_steps.ts";
import { orphanedPods } from "./orphaned_pods.ts";
import { markOf, OWN_LABEL, readTemporary, type Temporary } from "../objects/own.ts";

export type LeftOver =
  & {
    readonly name: string;
    readonly namespace: string;
    readonly createdMs: number;
  }
  & ({ readonly ends: "deleted"; readonly resource: Resource } | {
    readonly ends: "cancelled";
    readonly resource: Resource<RunKind>;
  });

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
    const objects: Stored[] = await listOwn(kube, resource, namespace).catch((error) => {
      // Who may not ask the resolvers has left no request, and a cluster need not have them.
      if (resource !== RESOLUTION_REQUESTS) throw error;
      if (isStatus(error, 403) || isStatus(error, 404)) return [];
      throw error;
    });
    const own = await findTemporary(kube, { resource, objects, nowMs });
    if (resource !== PIPELINE_RUNS && resource !== TASK_RUNS) return own;
    const runs = objects.filter(isRun)
      .filter((run) => readTemporary(resource.kind, run) === undefined);
    const left = [...own.left, ...await findRuns(kube, runs, nowMs)];
    if (resource !== TASK_RUNS) return { ...own, left };
    const taskRuns = runs.filter((run) => run.kind === "TaskRun");
    const pods = await orphanedPods(kube, { namespace, taskRuns, nowMs });
    return { ...own, left: [...left, ...pods.map((pod) => toDelete(PODS, pod))] };
  }));
  return {
    left: found.flatMap(({ left }) => left),
    kept: found.flatMap(({ kept }) => kept),
  };
}

export async function removeLeft(
  kube: Kube,
  left: LeftOver,
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

/** So many at once are removed beside a run; `cleanup` removes all. */
const MOST = 20;

/**
 * Removes temporary objects of the kinds that are over their time, in the background: without the
 * right to list them, or when the signal comes first, nothing happens.
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
    for (const one of left.slice(0, MOST)) {
      signal.throwIfAborted();
      await removeLeft(kube, one);
    }
  };
  for (const resource of resources) sweepOne(resource).catch(() => {}); // the next one may find it
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
): Promise<Found> {
  const own = objects.flatMap((object) => {
    const found = readTemporary(resource.kind, object);
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    return found === undefined || isGoing ? [] : [{ object, ...found }];
  });
  const needed = await Promise.all(own.map((one) => {
    return isNeeded(kube, one.object.metadata.namespace, { ...one, nowMs });
  }));
  const named = own.map(({ object }) => toDelete(resource, object));
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
): Promise<LeftOver[]> {
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
    const held = await heldSteps(kube, { kind, namespace, name }).catch((error) => {
      if (error instanceof ExpectedError) return []; // one that can't be looked into stays
      throw error;
    });
    return held.length === 0 ? undefined : toCancel(run);
  }));
  return found.filter((one) => one !== undefined);
}

/** An earlier version of this program created it so, and was killed before its objects were there. */
function isPending(run: Run): boolean {
  if (run.kind !== "PipelineRun") return false;
  const { pipelineRef, pipelineSpec, status } = run.spec;
  const tasks = [...pipelineSpec?.tasks ?? [], ...pipelineSpec?.finally ?? []];
  const names = [pipelineRef, ...tasks.map(({ taskRef }) => taskRef)].map((one) => one?.name ?? "");
  return status === "PipelineRunPending" &&
    names.some((name) => /^tkn-dev-[a-z0-9]{6}(-\d+)?$/.test(name));
}

/** Tekton ends it by then, if it works; what has no limit may be at work for a day. */
function limitSeconds(run: Run): number {
  const timeout = run.kind === "PipelineRun" ? run.spec.timeouts?.pipeline : run.spec.timeout;
  return timeoutSeconds(timeout ?? "1h") ?? UNLIMITED_SECONDS;
}

function isRun(object: Stored): object is Stored<Run> {
  return isRunKind(object.kind);
}

function toDelete(resource: Resource, object: Stored): LeftOver {
  return { ...originOf(object), resource, ends: "deleted" };
}

function toCancel(run: Stored<Run>): LeftOver {
  return { ...originOf(run), resource: RESOURCE_OF[run.kind], ends: "cancelled" };
}

function originOf({ metadata: { name, namespace, creationTimestamp = "" } }: Stored) {
  return { name, namespace, createdMs: Date.parse(creationTimestamp) };
}
