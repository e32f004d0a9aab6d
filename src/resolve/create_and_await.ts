/** Creates an object for the answer that Tekton writes into its status, and deletes it again. */
import { ClusterError, ExpectedError, Interrupted } from "../errors.ts";
import type { KubeObject, Resource } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import { type CreateContext, createOnce } from "../objects/create_once.ts";
import type { RunEvent } from "../events.ts";
import { sweep } from "../cleanup/leftovers.ts";
import { Grace, within } from "../async/limits.ts";

export interface AwaitContext extends CreateContext {
  readonly emit: (event: RunEvent) => void;
}

/** The limit for the deletion without an interrupt; `cleanup` finds an object that remains. */
const DELETE_MS = 5_000;

/**
 * Creates the object, returns the first defined value of `answerOf`, and deletes the object in any
 * case. Returns undefined if there is no answer within `ms`. Throws Interrupted, or ClusterError if
 * somebody deletes the object.
 */
export async function createAndAwait<T extends KubeObject, R>(
  context: AwaitContext,
  resource: Resource,
  object: T,
  { ms, answerOf }: { ms: number; answerOf: (object: T) => R | undefined },
): Promise<R | undefined> {
  if (context.interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  const { namespace } = context.kube;
  using grace = new Grace(context.clock, context.interrupt);
  const manifest = { ...object, metadata: { ...object.metadata, namespace } };
  const created = await createOnce<T>(context, resource, manifest, { isTemporary: true });
  const name = created.metadata.name;
  const done = new AbortController();
  const signal = AbortSignal.any([context.interrupt, done.signal]);
  sweep(context, [resource], { created, signal });
  const answer = watchFor(context, { resource, name, answerOf, signal });
  const late = context.clock.delay(ms, signal)
    .then(() => undefined, () => answer); // after an interrupt, the watch throws
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort(new DOMException("the answer has arrived", "AbortError"));
    await answer.catch(() => {});
    await deleteObject(context, resource, name, grace.signal);
  }
}

async function watchFor<T extends KubeObject, R>(
  { kube, interrupt }: AwaitContext,
  { resource, name, answerOf, signal }: {
    resource: Resource;
    name: string;
    answerOf: (object: T) => R | undefined;
    signal: AbortSignal;
  },
): Promise<R | undefined> {
  const selector = { namespace: kube.namespace, fields: `metadata.name=${name}` };
  try {
    for await (const { type, object } of kube.watch<T>(resource, selector, signal)) {
      if (type === "DELETED") {
        throw new ClusterError(`Cannot wait for ${resource.kind} "${name}": it was deleted`, {
          hint: "start it again",
        });
      }
      const answer = answerOf(object);
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  return undefined;
}

async function deleteObject(
  { kube, clock, emit }: AwaitContext,
  resource: Resource,
  name: string,
  late: AbortSignal,
): Promise<void> {
  try {
    const limits = { ms: DELETE_MS, signal: late };
    await within(clock, limits, kube.delete(resource, kube.namespace, name));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    if (isStatus(error, 404)) return;
    emit({ kind: "note", text: `${resource.kind} ${name} may still exist: ${error.message}` });
  }
}
