/**
 * Creates a run that refers to objects of its own, and removes those again: the run owns them, and
 * once Tekton has stored what they say in the run's status nobody reads them any more.
 */
import { ExpectedError } from "../errors.ts";
import type { Kube, KubeObject, Resource } from "../kube/interface.ts";
import { PIPELINE_RUNS, PIPELINES, TASKS } from "../tekton/model.ts";
import { type LiveRun, RESOURCE_OF, type Run, type RunKind } from "./live_run.ts";

const RESOURCES: Record<string, Resource> = { Pipeline: PIPELINES, Task: TASKS };

/** Whatever fails, nothing of it is left. */
export async function createTemporary(
  kube: Kube,
  run: Run,
  objects: readonly KubeObject[],
): Promise<Run> {
  return run.kind === "PipelineRun"
    ? await createPending(kube, run, objects)
    : await createAfter(kube, run, objects);
}

/** The run first, which waits; so that the objects have an owner from their beginning. */
async function createPending(
  kube: Kube,
  pending: Run,
  objects: readonly KubeObject[],
): Promise<Run> {
  const run = await kube.create<Run>(PIPELINE_RUNS, pending);
  const { name, namespace } = run.metadata as { name: string; namespace: string };
  try {
    await Promise.all(objects.map((object) => kube.create(resourceOf(object), owned(object, run))));
    return await kube.patch<Run>(PIPELINE_RUNS, namespace, name, { spec: { status: null } });
  } catch (error) {
    await kube.delete(PIPELINE_RUNS, namespace, name).catch(() => {}); // and with it what it owns
    throw error;
  }
}

/** A TaskRun can't wait: it needs its Task at once, which gets its owner right after. */
async function createAfter(kube: Kube, run: Run, objects: readonly KubeObject[]): Promise<Run> {
  await Promise.all(objects.map((object) => kube.create(resourceOf(object), object)));
  try {
    const created = await kube.create<Run>(RESOURCE_OF[run.kind as RunKind], run);
    const { ownerReferences } = owned(objects[0], created).metadata;
    const patch = { metadata: { ownerReferences } };
    await Promise.all(objects.map((object) => {
      const { name, namespace } = object.metadata as { name: string; namespace: string };
      return kube.patch(resourceOf(object), namespace, name, patch);
    }));
    return created;
  } catch (error) {
    await Promise.all(objects.map((object) => remove(kube, object)));
    throw error;
  }
}

/**
 * Each once it was read for the last time. Resolves when all are gone.
 *
 * Stored in a status is not yet known to all of Tekton's controllers, whose copies lag behind: one
 * that looks for an object again, and finds it gone, fails the run. Once a step runs, the TaskRun was
 * seen by all of them with what it was made of.
 */
export async function removeTemporary(
  kube: Kube,
  live: LiveRun,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(objects.map(async (object) => {
    await live.until(() => isRead(live, object) ? true : undefined, signal).catch(() => {});
    await remove(kube, object);
  }));
}

function isRead(live: LiveRun, { kind, metadata }: KubeObject): boolean {
  if (live.phase.kind === "ended") return true;
  return [...live.taskRuns.values()].some(({ spec, status }) =>
    (kind === "Pipeline" || spec.taskRef?.name === metadata.name) &&
    status?.steps?.some(({ running, terminated }) => running ?? terminated)
  );
}

async function remove(kube: Kube, object: KubeObject): Promise<void> {
  const { name, namespace } = object.metadata as { name: string; namespace: string };
  try {
    await kube.delete(resourceOf(object), namespace, name);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error; // gone with its owner, or it goes then
  }
}

function owned(object: KubeObject, run: Run): KubeObject {
  const { name, uid } = run.metadata as { name: string; uid: string };
  const owner = { apiVersion: "tekton.dev/v1", kind: run.kind!, name, uid };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

function resourceOf({ kind }: KubeObject): Resource {
  return RESOURCES[kind!];
}
