/**
 * The objects, their versions and the listeners: what etcd and the API server's storage are to a
 * cluster. Everything is synchronous, so a change and its event are one step.
 */
import type { KubeObject, WatchEvent } from "../../kube/interface.ts";
import { alreadyExists, ApiError, conflict, expired, notFound } from "./api_error.ts";
import { apiVersionOf, type Kind } from "./kinds.ts";

/** One change. With `previous` a watch with a selector sees an object leave its selection. */
export interface Change {
  readonly version: number;
  readonly kind: Kind;
  readonly type: WatchEvent["type"];
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** High enough that a watch from version 1 is too old, as on a real cluster. */
const FIRST_VERSION = 1000;
/** The characters of a generateName that become part of the name. */
const LONGEST_BASE = 58;
/** The number of changes that are kept for watches that start in the past. */
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

  /**
   * Returns the objects of a namespace, or of all namespaces, sorted by name as etcd lists them.
   */
  list(kind: Kind, namespace?: string): KubeObject[] {
    return [...this.#of(kind).values()]
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
      .sort((a, b) => keyOfObject(kind, a) < keyOfObject(kind, b) ? -1 : 1);
  }

  /**
   * Returns the object that `create` would store: with name, uid and times. Throws AlreadyExists.
   */
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
    return this.#record(kind, "ADDED", this.prepare(kind, given));
  }

  /** Replaces everything but the identity. Throws Conflict for a stale resourceVersion. */
  update(kind: Kind, object: KubeObject): KubeObject {
    const { name = "", namespace = "", resourceVersion } = object.metadata;
    const before = this.get(kind, namespace, name);
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(kind, name);
    }
    const { uid, creationTimestamp } = before.metadata;
    const after = { ...object, metadata: { ...object.metadata, uid, creationTimestamp } };
    if (sameContent(before, after)) return before; // the API server does not store an update without changes
    return this.#record(kind, "MODIFIED", after, before);
  }

  /**
   * Changes a copy of the stored object. Does nothing if the object no longer exists, because a
   * controller always acts on an earlier state.
   */
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

  /** Calls the listener for every later change, in order. Returns a function that ends this. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the changes after a version. Throws Expired if some of them are no longer kept. */
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

/**
 * Returns five characters as Kubernetes generates them: no vowels, no characters that look alike.
 */
function suffix(): string {
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
