/**
 * Creates a run that refers to objects of its own, and removes those again: the run owns them, and
 * once Tekton has stored what they say in the run's status nobody reads them any more.
 */
import { ExpectedError } from "../errors.ts";
import type { Resource, Stored } from "../kube/interface.ts";
import {
  type Pipeline,
  PIPELINES,
  RESOURCE_OF,
  type Run,
  type Task,
  TASKS,
} from "../tekton/model.ts";
import { createMarked, type Creating, isUncertain, newMark } from "../objects/create_once.ts";
import { Grace, within } from "../async/limits.ts";
import { marked } from "../objects/own.ts";
import { type LiveRun } from "./live_run.ts";

const RESOURCES: Record<"Pipeline" | "Task", Resource> = { Pipeline: PIPELINES, Task: TASKS };

export interface CreatedRun {
  readonly run: Stored<Run>;
  /** What it refers to and owns, to be removed once that was read. */
  readonly objects: readonly Stored<Pipeline | Task>[];
  /** The run's ownership of them, which it does not need itself. Never rejects. */
  readonly owned: Promise<void>;
}

/**
 * First the objects, then the run, then their ownerReferences: a run that exists has what it needs,
 * and what a kill leaves in between is small and tells its time (see `marked`). Where the run
 * is refused, nothing is left.
 */
export async function createTemporary(
  creating: Creating,
  placed: { run: Run; objects: readonly (Pipeline | Task)[] },
): Promise<CreatedRun> {
  const mark = newMark(creating);
  const { random } = creating;
  const run = marked(placed.run, { kind: placed.run.kind, mark, random });
  const objects = placed.objects.map((object) => {
    return marked(object, { kind: object.kind, mark, random, isTemporary: true, run });
  });
  const there: Stored<Pipeline | Task>[] = [];
  try {
    const stored = await allDone(objects.map(async (object) => {
      const one = await createMarked<Pipeline | Task>(creating, resourceOf(object), object, mark);
      there.push(one);
      return one;
    }));
    const created = await createMarked<Run>(creating, RESOURCE_OF[run.kind], run, mark);
    return { run: created, objects: stored, owned: own(creating, created, stored) };
  } catch (error) {
    const mayRun = there.length === objects.length && isUncertain(error);
    using grace = new Grace(creating.clock, creating.interrupt);
    const { signal } = grace;
    if (!mayRun) await Promise.all(there.map((object) => remove(creating, object, signal)));
    throw error;
  }
}

/** Once all have settled, the first error: none comes to be after the others were removed. */
async function allDone<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}

/** Without the right to patch, `cleanup` still tells by the run's name whose they are. */
async function own(
  { kube, clock, interrupt }: Creating,
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
 * Removes each object once it was read for the last time. Resolves when all are gone, or after the
 * signal: a run that goes on keeps those that it has yet to read.
 *
 * Stored in a status is not yet known to all of Tekton's controllers, whose copies lag behind: one
 * that looks for an object again, and finds it gone, fails the run. Once a step runs, the TaskRun was
 * seen by all of them with what it was made of.
 */
export async function removeTemporary(
  removing: Pick<Creating, "kube" | "clock">,
  live: LiveRun,
  objects: readonly Stored<Pipeline | Task>[],
  { signal, late }: { signal: AbortSignal; late: AbortSignal },
): Promise<void> {
  await Promise.all(objects.map(async (object) => {
    const isOver = () => live.phase.kind === "ended" || isRead(live, object);
    await live.until(() => isOver() ? true : undefined, signal).catch(() => {});
    if (isOver()) await remove(removing, object, late);
  }));
}

/** The Pipeline by the first step that runs, a Task by one of its own. */
function isRead(live: LiveRun, { kind, metadata }: Stored<Pipeline | Task>): boolean {
  return [...live.taskRuns.values()].some(({ spec, status }) =>
    (kind === "Pipeline" || spec.taskRef?.name === metadata.name) &&
    status?.steps?.some(({ running, terminated }) => running ?? terminated)
  );
}

/** One that can't be removed goes with its owner, or is found by `cleanup`. */
async function remove(
  { kube, clock }: Pick<Creating, "kube" | "clock">,
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

/** How long a removal, or a change of the owner, may take, before it is left to others. */
const CHANGE_MS = 5_000;

function resourceOf({ kind }: Pipeline | Task): Resource {
  return RESOURCES[kind];
}
