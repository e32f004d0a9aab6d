/**
 * Creates an object once, whatever becomes of the request and its answer.
 *
 * A connection that dies may take the answer along, and the HTTP client below repeats a request on
 * another one. Both are harmless where the name is chosen here: the second request finds the name
 * taken, and the mark tells whose the object is.
 */
import { ClusterError, ExpectedError, Interrupted } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube, KubeObject, Named, Resource, Stored } from "../kube/interface.ts";
import { isStatus, refused, StatusError, UnreachableError } from "../kube/status.ts";
import { Grace, within } from "../async/limits.ts";
import { isRunKind } from "../tekton/model.ts";
import { marked, markOf } from "./own.ts";

export interface Creating {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: (length: number) => string;
  readonly interrupt: AbortSignal;
}

/** The object may or may not exist: what is needed to tell was not to be had. */
class MayExistError extends ClusterError {}

/** How many generated names are tried. */
const NAMES = 5;

/** The object as it is stored, named after its generateName where it has no name. */
export async function createOnce<T extends KubeObject>(
  creating: Creating,
  resource: Resource,
  object: T,
  { isTemporary = false }: { isTemporary?: boolean } = {},
): Promise<Stored<T>> {
  const mark = newMark(creating);
  const marking = { kind: resource.kind, mark, random: creating.random, isTemporary };
  return await withFreeName(object, async () => {
    const named = marked(object, marking);
    return await createMarked(creating, resource, named, mark);
  });
}

export function newMark({ random }: Creating): string {
  return random(16);
}

/** Calls again where the generated name was taken by somebody else. */
export async function withFreeName<T>(
  { metadata }: KubeObject,
  create: () => Promise<T>,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await create();
    } catch (error) {
      if (!isTaken(error) || metadata.name !== undefined || tries === NAMES) throw error;
    }
  }
}

/** Before the first request, the look for its object, and each further try of both. */
const PAUSES_MS = [0, 0, 500, 1_000, 2_000, 4_000];
const LOOK_UP_MS = 5_000;
/** In all. */
const PATIENCE_MS = 60_000;

/**
 * Throws the refusal where the object does not exist for certain, that of its name where this is
 * somebody else's, and MayExistError where neither is known: after an interrupt as the cause of
 * Interrupted.
 */
export async function createMarked<T extends KubeObject>(
  { kube, clock, interrupt }: Creating,
  resource: Resource,
  object: Named<T>,
  mark: string,
): Promise<Stored<T>> {
  using grace = new Grace(clock, interrupt);
  const { signal } = grace;
  const lateMs = clock.now() + PATIENCE_MS;
  /** What became of a request that may have been carried out. */
  let doubt: unknown;
  let turnedAway: unknown;
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await clock.delay(pauseMs, interrupt).catch(() => {});
    if (clock.now() > lateMs || signal.aborted) break;
    if (doubt !== undefined) {
      const looking = within(clock, { ms: LOOK_UP_MS, signal }, lookUp<T>(kube, resource, object));
      const found = await looking.catch((error) => {
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

/** What is stored under the object's name, read by `get` or else, as watches do, by `list`. */
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

/** The request was not carried out, but may be another time. */
function isTurnedAway(error: unknown): boolean {
  return isStatus(error, 429) || isStatus(error, 409) && !isTaken(error);
}

/** The name is in use: by what an earlier copy of the same request has created, or by somebody else. */
function isTaken(error: unknown): error is StatusError {
  return isStatus(error, 409) && /already exists/.test(error.status.message ?? "");
}

/** No answer, or not that of the storage: a proxy's, or the server's own when it waited too long. */
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
  const words = (why as Error).message;
  const error = new MayExistError(
    `Cannot tell whether ${thing} was created, it may exist: ${words}`,
    { hint, cause: why },
  );
  if (!interrupt.aborted) return error;
  return new Interrupted(`Interrupted: ${thing} may exist`, { hint, cause: error });
}

/** Whether the object may exist all the same. */
export function isUncertain(error: unknown): boolean {
  return error instanceof MayExistError ||
    error instanceof Interrupted && error.cause instanceof MayExistError;
}
