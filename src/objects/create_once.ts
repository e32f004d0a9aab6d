/**
 * Creates an object exactly once, even if the request or its answer is lost.
 *
 * A broken connection can lose the answer, and the HTTP client may repeat a request on a new
 * connection. Both are harmless if the client chooses the name: the second request finds the name
 * taken, and the mark says which request created the object.
 */
import { ClusterError, ExpectedError, Interrupted } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube, KubeObject, Named, Resource, Stored } from "../kube/interface.ts";
import { isStatus, refused, StatusError, UnreachableError } from "../kube/status.ts";
import { Grace, within } from "../async/limits.ts";
import { isRunKind } from "../tekton/model.ts";
import { marked, markOf } from "./marks.ts";

/** The cluster, and the client that creates objects there. */
export interface CreateContext {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: (length: number) => string;
  readonly interrupt: AbortSignal;
}

/** The object may or may not exist: the cluster did not say. */
class MayExistError extends ClusterError {}

/** The number of generated names to try. */
const MOST_NAMES = 5;

/** Returns the stored object; its name is generated from generateName if it has no name. */
export async function createOnce<T extends KubeObject>(
  context: CreateContext,
  resource: Resource,
  object: T,
  { isTemporary = false }: { isTemporary?: boolean } = {},
): Promise<Stored<T>> {
  const mark = newMark(context);
  const marking = { kind: resource.kind, mark, random: context.random, isTemporary };
  return await withFreeName(object, async () => {
    const named = marked(object, marking);
    return await createMarked(context, resource, named, mark);
  });
}

export function newMark({ random }: CreateContext): string {
  return random(16);
}

/** Calls `create` again while the generated name belongs to another object. */
export async function withFreeName<T>(
  { metadata }: KubeObject,
  create: () => Promise<T>,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await create();
    } catch (error) {
      if (!isTaken(error) || metadata.name !== undefined || tries === MOST_NAMES) throw error;
    }
  }
}

/** The pauses before the first request, before the first lookup and before each retry of both. */
const PAUSES_MS = [0, 0, 500, 1_000, 2_000, 4_000];
const LOOK_UP_MS = 5_000;
/** The limit for all requests and lookups together. */
const PATIENCE_MS = 60_000;

/**
 * Creates an object that has a mark. Throws the server's refusal if the object certainly does not
 * exist, a 409 if the name belongs to another object, and MayExistError if neither is known (after
 * an interrupt, as the cause of Interrupted).
 */
export async function createMarked<T extends KubeObject>(
  { kube, clock, interrupt }: CreateContext,
  resource: Resource,
  object: Named<T>,
  mark: string,
): Promise<Stored<T>> {
  using grace = new Grace(clock, interrupt);
  const { signal } = grace;
  const lateMs = clock.now() + PATIENCE_MS;
  /** The error of a request that the server may have carried out. */
  let doubt: unknown;
  let turnedAway: unknown;
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await clock.delay(pauseMs, interrupt).catch(() => {});
    if (clock.now() > lateMs || signal.aborted) break;
    if (doubt !== undefined) {
      const lookingUp = within(
        clock,
        { ms: LOOK_UP_MS, signal },
        lookUp<T>(kube, resource, object),
      );
      const found = await lookingUp.catch((error) => {
        if (error instanceof ExpectedError) return "unknown" as const;
        throw error;
      });
      if (found === "unknown") continue;
      if (found !== undefined && markOf(resource.kind, found) === mark) return found;
      if (found !== undefined) throw isTaken(doubt) ? doubt : taken(kube, resource, object);
    }
    if (interrupt.aborted) break;
    try {
      return await within(clock, { ms: PATIENCE_MS, signal }, kube.create<T>(resource, object));
    } catch (error) {
      if (isTurnedAway(error)) turnedAway = error;
      else if (isDoubtful(error)) doubt = error;
      else throw error;
    }
  }
  if (doubt !== undefined) throw mayExist(resource, object, { why: doubt, interrupt });
  if (interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  throw turnedAway;
}

/** Returns the object stored under the name: by `get`, or by `list` if `get` is forbidden. */
async function lookUp<T extends KubeObject>(
  kube: Kube,
  resource: Resource,
  { metadata: { name, namespace = kube.namespace } }: Named,
): Promise<Stored<T> | undefined> {
  try {
    return await kube.get<T>(resource, namespace, name);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    if (!isStatus(error, 403)) throw error;
    const [found] = await kube.list<T>(resource, { namespace, fields: `metadata.name=${name}` });
    return found;
  }
}

/** Whether the server did not carry out the request, but may accept a later one. */
function isTurnedAway(error: unknown): boolean {
  return isStatus(error, 429) || isStatus(error, 409) && !isTaken(error);
}

/** Whether the name is in use: by an earlier copy of the same request, or by another client. */
function isTaken(error: unknown): error is StatusError {
  return isStatus(error, 409) && /already exists/.test(error.status.message ?? "");
}

/** Whether there was no answer, or a proxy's, or the server's own answer after a timeout. */
function isDoubtful(error: unknown): boolean {
  if (error instanceof UnreachableError || isTaken(error)) return true;
  if (!(error instanceof StatusError)) return false;
  const { code = 0, message = "" } = error.status;
  return (code === 408 || code >= 500) && !/admission webhook|failed calling webhook/.test(message);
}

function taken(kube: Kube, { kind, plural, group }: Resource, object: Named) {
  const { name, namespace } = object.metadata;
  return refused({ verb: "create", kind, name, namespace, server: kube.server }, {
    code: 409,
    reason: "AlreadyExists",
    message: `${plural}${group && "."}${group} "${name}" already exists`,
  });
}

function mayExist(
  { kind, plural, group }: Resource,
  object: Named,
  { why, interrupt }: { why: unknown; interrupt: AbortSignal },
): ExpectedError {
  const { name, namespace } = object.metadata;
  const hint = isRunKind(kind)
    ? `if it does: tkn ${kind.toLowerCase()} cancel ${name} -n ${namespace}`
    : `if it does: kubectl delete ${plural}.${group} ${name} -n ${namespace}`;
  const thing = `${kind} "${name}"`;
  const error = new MayExistError(
    `Cannot tell whether ${thing} was created, it may exist: ${(why as Error).message}`,
    { hint, cause: why },
  );
  if (!interrupt.aborted) return error;
  return new Interrupted(`Interrupted: ${thing} may exist`, { hint, cause: error });
}

/** Whether the object may exist despite the error. */
export function isUncertain(error: unknown): boolean {
  return error instanceof MayExistError ||
    error instanceof Interrupted && error.cause instanceof MayExistError;
}
