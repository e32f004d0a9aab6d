/** Objects that are created for the answer that their status gives, and go again. */
import { ClusterError, ExpectedError, Interrupted } from "../errors.ts";
import type { KubeObject, Resource } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import { createOnce, type Creating } from "../objects/create_once.ts";
import type { RunEvent } from "../events.ts";
import { sweep } from "../cleanup/left_over.ts";
import { Grace, within } from "../async/limits.ts";

export interface AwaitOptions extends Creating {
  readonly emit: (event: RunEvent) => void;
}

/**
 * Creates the object, waits for the first defined value of `look`, and deletes it whatever became of
 * that; undefined where none came in `ms`. Throws Interrupted, or ClusterError where it was deleted.
 */
export async function ask<T extends KubeObject, R>(
  asking: AwaitOptions,
  resource: Resource,
  object: T,
  { ms, look }: { ms: number; look: (object: T) => R | undefined },
): Promise<R | undefined> {
  if (asking.interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  const { namespace } = asking.kube;
  using grace = new Grace(asking.clock, asking.interrupt);
  const placed = { ...object, metadata: { ...object.metadata, namespace } };
  const created = await createOnce<T>(asking, resource, placed, { isTemporary: true });
  const name = created.metadata.name;
  const over = new AbortController();
  const signal = AbortSignal.any([asking.interrupt, over.signal]);
  sweep(asking, [resource], { created, signal });
  const answer = watchFor(asking, resource, name, look, signal);
  const late = asking.clock.delay(ms, signal)
    .then(() => undefined, () => answer); // interrupted: the watch says so
  try {
    return await Promise.race([answer, late]);
  } finally {
    over.abort(new DOMException("the answer is there", "AbortError"));
    await answer.catch(() => {});
    await remove(asking, resource, name, grace.signal);
  }
}

async function watchFor<T extends KubeObject, R>(
  { kube, interrupt }: AwaitOptions,
  resource: Resource,
  name: string,
  look: (object: T) => R | undefined,
  signal: AbortSignal,
): Promise<R | undefined> {
  const selector = { namespace: kube.namespace, fields: `metadata.name=${name}` };
  try {
    for await (const { type, object } of kube.watch<T>(resource, selector, signal)) {
      if (type === "DELETED") {
        throw new ClusterError(`Cannot wait for ${resource.kind} "${name}": it was deleted`, {
          hint: "start it again",
        });
      }
      const found = look(object);
      if (found !== undefined) return found;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  return undefined;
}

async function remove(
  { kube, clock, emit }: AwaitOptions,
  resource: Resource,
  name: string,
  late: AbortSignal,
): Promise<void> {
  try {
    const limits = { ms: REMOVE_MS, signal: late };
    await within(clock, limits, kube.delete(resource, kube.namespace, name));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    if (isStatus(error, 404)) return;
    emit({ kind: "note", text: `${resource.kind} ${name} may still be there: ${error.message}` });
  }
}

/** How long the removal may take without an interrupt; `cleanup` finds what is left. */
const REMOVE_MS = 5_000;
