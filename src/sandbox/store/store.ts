/**
 * The objects, their versions and who is told of changes: what etcd and the API server's storage are
 * to a cluster. All of it is synchronous: a change and its event are one step.
 */
import type { KubeObject, WatchEvent } from "../../kube/interface.ts";
import { alreadyExists, ApiError, conflict, expired, notFound } from "./api_error.ts";
import { apiVersionOf, type Kind } from "./kinds.ts";

/** One change. `previous` lets a watch with a selector see an object leave its selection. */
export interface Change {
  readonly version: number;
  readonly kind: Kind;
  readonly type: WatchEvent["type"];
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** Where versions begin: high enough that a watch from version 1 is too old, as on a real cluster. */
const FIRST_VERSION = 1000;
/** What of a generateName becomes part of the name. */
const LONGEST_BASE = 58;
/** So many changes are kept for watches that start in the past. */
const HISTORY = 1000;

export class Store {
  #version = FIRST_VERSION;
  #objects = new Map<Kind, Map<string, KubeObject>>();
  #history: Change[] = [];
  #oldest = FIRST_VERSION;
  #listeners = new Set<(change: Change) => void>();

  get version(): number {
    return this.#version;
  }

  find(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    return this.#of(kind).get(keyOf(kind, namespace, name));
  }

  get(kind: Kind, namespace: string, name: string): KubeObject {
    const object = this.find(kind, namespace, name);
    if (object === undefined) throw notFound(kind, name);
    return object;
  }

  /** Sorted by name, as etcd lists; of all namespaces without one. */
  list(kind: Kind, namespace?: string): KubeObject[] {
    return [...this.#of(kind).values()]
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
      .sort((a, b) => keyOfObject(kind, a) < keyOfObject(kind, b) ? -1 : 1);
  }

  /** What `create` would store: named, with uid and times. Throws AlreadyExists. */
  prepare(kind: Kind, given: KubeObject): KubeObject {
    const { generateName = "" } = given.metadata;
    const namespace = kind.namespaced ? given.metadata.namespace ?? "default" : undefined;
    const name = given.metadata.name || `${generateName.slice(0, LONGEST_BASE)}${suffix()}`;
    if (this.find(kind, namespace ?? "", name) !== undefined) throw alreadyExists(kind, name);
    const metadata = {
      ...given.metadata,
      name,
      ...(namespace !== undefined && { namespace }),
      uid: crypto.randomUUID(),
      creationTimestamp: now(),
      generation: 1,
    };
    return { ...given, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  }

  create(kind: Kind, given: KubeObject): KubeObject {
    return this.#put(kind, "ADDED", this.prepare(kind, given));
  }

  /** Replaces all but what identifies the object. Throws Conflict for a stale resourceVersion. */
  update(kind: Kind, object: KubeObject): KubeObject {
    const { name = "", namespace = "", resourceVersion } = object.metadata;
    const before = this.get(kind, namespace, name);
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(kind, name);
    }
    const { uid, creationTimestamp } = before.metadata;
    const after = { ...object, metadata: { ...object.metadata, uid, creationTimestamp } };
    if (sameContent(before, after)) return before; // the API server stores no change that is none
    return this.#put(kind, "MODIFIED", after, before);
  }

  /** Changes a copy of what is there; nothing where it is gone, for a controller is always late. */
  modify<T extends KubeObject>(
    kind: Kind,
    of: KubeObject,
    change: (copy: T) => void,
  ): T | undefined {
    const { name = "", namespace = "", uid } = of.metadata;
    const before = this.find(kind, namespace, name);
    if (before === undefined || before.metadata.uid !== uid) return undefined;
    const copy = structuredClone(before) as T;
    change(copy);
    return this.update(kind, copy) as T;
  }

  delete(kind: Kind, namespace: string, name: string): KubeObject {
    const before = this.get(kind, namespace, name);
    this.#of(kind).delete(keyOf(kind, namespace, name));
    return this.#record(kind, "DELETED", before, before);
  }

  /** Every change from now on, in order. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes after a version. Throws Expired where they are no longer all kept. */
  since(version: number): Change[] {
    if (version < this.#oldest) throw expired(version, this.#oldest);
    return this.#history.filter((change) => change.version > version);
  }

  #of(kind: Kind): Map<string, KubeObject> {
    const found = this.#objects.get(kind);
    if (found !== undefined) return found;
    const made = new Map<string, KubeObject>();
    this.#objects.set(kind, made);
    return made;
  }

  #put(kind: Kind, type: WatchEvent["type"], object: KubeObject, previous?: KubeObject) {
    const stored = this.#record(kind, type, object, previous);
    return stored;
  }

  #record(kind: Kind, type: WatchEvent["type"], object: KubeObject, previous?: KubeObject) {
    const version = ++this.#version;
    const metadata = { ...object.metadata, resourceVersion: String(version) };
    const stored = { ...object, metadata };
    if (type !== "DELETED") this.#of(kind).set(keyOfObject(kind, stored), stored);
    const change = { version, kind, type, object: stored, previous };
    this.#history.push(change);
    if (this.#history.length > HISTORY) this.#oldest = this.#history.shift()!.version;
    for (const listener of [...this.#listeners]) listener(change);
    return stored;
  }
}

export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

/** Five characters as Kubernetes' generateName has them: no vowels, nothing that looks alike. */
export function suffix(): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  return [...bytes].map((byte) => alphabet[byte % alphabet.length]).join("");
}

export function isApiError(error: unknown, reason: string): boolean {
  return error instanceof ApiError && error.status.reason === reason;
}

function keyOf(kind: Kind, namespace: string, name: string): string {
  return kind.namespaced ? `${namespace}/${name}` : name;
}

function keyOfObject(kind: Kind, object: KubeObject): string {
  return keyOf(kind, object.metadata.namespace ?? "", object.metadata.name ?? "");
}

function sameContent(a: KubeObject, b: KubeObject): boolean {
  const bare = (object: KubeObject) =>
    JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } });
  return bare(a) === bare(b);
}
