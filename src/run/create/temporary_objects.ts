/**
 * Creates a run together with temporary objects that it refers to, which the run owns, and removes
 * those objects once Tekton no longer reads them.
 */
import { ExpectedError } from "../../errors.ts";
import type { Resource, Stored } from "../../kube/interface.ts";
import {
  type Pipeline,
  PIPELINES,
  RESOURCE_OF,
  type Run,
  type Task,
  TASKS,
} from "../../tekton/model.ts";
import {
  type CreateContext,
  createMarked,
  isUncertain,
  newMark,
} from "../../objects/create_once.ts";
import { Grace, within } from "../../async/limits.ts";
import { marked } from "../../objects/marks.ts";
import { type LiveRun } from "../live_run.ts";

const RESOURCES: Record<"Pipeline" | "Task", Resource> = { Pipeline: PIPELINES, Task: TASKS };

export interface CreatedRun {
  readonly run: Stored<Run>;
  /** The temporary objects that the run refers to, for `removeTemporary`. */
  readonly objects: readonly Stored<Pipeline | Task>[];
  /** Resolves once the run owns its objects; the run does not depend on that. Never rejects. */
  readonly owned: Promise<void>;
}

/**
 * Creates the objects, then the run, then the ownerReferences: a run that exists has all that it
 * refers to. If this program is killed in between, the objects that remain are small and carry
 * their expiry time (see `marked`). If the run is refused, its objects are removed.
 */
export async function createTemporary(
  context: CreateContext,
  manifest: { run: Run; objects: readonly (Pipeline | Task)[] },
): Promise<CreatedRun> {
  const mark = newMark(context);
  const { random } = context;
  const run = marked(manifest.run, { kind: manifest.run.kind, mark, random });
  const objects = manifest.objects.map((object) => {
    return marked(object, { kind: object.kind, mark, random, isTemporary: true, run });
  });
  const stored: Stored<Pipeline | Task>[] = [];
  try {
    const all = await allSettled(objects.map(async (object) => {
      const one = await createMarked<Pipeline | Task>(context, resourceOf(object), object, mark);
      stored.push(one);
      return one;
    }));
    const created = await createMarked<Run>(context, RESOURCE_OF[run.kind], run, mark);
    return { run: created, objects: all, owned: setOwner(context, created, all) };
  } catch (error) {
    const runMayExist = stored.length === objects.length && isUncertain(error);
    using grace = new Grace(context.clock, context.interrupt);
    const { signal } = grace;
    if (!runMayExist) await Promise.all(stored.map((object) => remove(context, object, signal)));
    throw error;
  }
}

/**
 * Waits for all, then throws the first error: no object may be created after the others were
 * removed.
 */
async function allSettled<T>(creations: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(creations);
  return await Promise.all(creations);
}

/** Makes the run the owner. Without the right to patch, `cleanup` finds the run by its name. */
async function setOwner(
  { kube, clock, interrupt }: CreateContext,
  run: Stored<Run>,
  objects: readonly Stored<Pipeline | Task>[],
): Promise<void> {
  const { name, uid } = run.metadata;
  const ownerReferences = [{ apiVersion: "tekton.dev/v1", kind: run.kind, name, uid }];
  await Promise.allSettled(objects.map((object) => {
    const { name, namespace } = object.metadata;
    const patch = { metadata: { ownerReferences } };
    const patching = kube.patch(resourceOf(object), namespace, name, patch);
    return within(clock, { ms: CHANGE_MS, signal: interrupt }, patching);
  }));
}

/**
 * Removes each object once Tekton has read it for the last time. Resolves when all are removed, or
 * after the signal: a run that continues keeps the objects that Tekton has yet to read.
 *
 * That a status holds the spec is not enough: the caches of Tekton's controllers lag behind, and a
 * controller that does not find an object when it looks again fails the run. Once a step runs, all
 * controllers have seen the TaskRun with its spec.
 */
export async function removeTemporary(
  context: Pick<CreateContext, "kube" | "clock">,
  live: LiveRun,
  objects: readonly Stored<Pipeline | Task>[],
  { signal, late }: { signal: AbortSignal; late: AbortSignal },
): Promise<void> {
  await Promise.all(objects.map(async (object) => {
    const isUnneeded = () => live.phase.kind === "ended" || isRead(live, object);
    await live.until(() => isUnneeded() ? true : undefined, signal).catch(() => {});
    if (isUnneeded()) await remove(context, object, late);
  }));
}

/** Whether Tekton has read the object for the last time: a step runs, for a Task a step of it. */
function isRead(live: LiveRun, { kind, metadata }: Stored<Pipeline | Task>): boolean {
  return [...live.taskRuns.values()].some(({ spec, status }) =>
    (kind === "Pipeline" || spec.taskRef?.name === metadata.name) &&
    status?.steps?.some(({ running, terminated }) => running ?? terminated)
  );
}

/** Ignores a failure: Kubernetes deletes the object with its owner, or `cleanup` finds it. */
async function remove(
  { kube, clock }: Pick<CreateContext, "kube" | "clock">,
  object: Stored<Pipeline | Task>,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace } = object.metadata;
  try {
    const limits = { ms: CHANGE_MS, signal };
    await within(clock, limits, kube.delete(resourceOf(object), namespace, name));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
  }
}

/** The limit for a removal or a change of the owner. */
const CHANGE_MS = 5_000;

function resourceOf({ kind }: Pipeline | Task): Resource {
  return RESOURCES[kind];
}
