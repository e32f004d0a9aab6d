/** A Kube in memory: an API server's objects, logs and commands without a network. */
import type {
  Access,
  ActsAs,
  ExecOptions,
  ExecResult,
  Kube,
  KubeObject,
  LogOptions,
  Resource,
  Selector,
  Stored,
  User,
  WatchEvent,
} from "../../src/kube/interface.ts";
import { refused, unreachable } from "../../src/kube/status.ts";
import { FakeLog } from "./fake_log.ts";

interface Watcher {
  readonly resource: Resource;
  readonly selector: Selector;
  readonly tell: (event: WatchEvent) => void;
}

/** An object whose kind need not be said: it is that of its resource. */
export type Kindless<T extends KubeObject> = {
  [Key in keyof T as Key extends "kind" ? never : Key]: T[Key];
};

export class FakeKube implements Kube {
  readonly namespace = "default";
  execVerbs = ["create", "get"];
  readonly server = "https://cluster.test";
  proxy?: string;
  isUnchecked?: boolean;
  actsAs?: ActsAs;
  /** `create PipelineRun x`, in order, without reads. */
  readonly changes: string[] = [];
  readonly execs: ExecOptions[] = [];
  /** Rights that the server denies, like `get pods/exec`. */
  readonly denials = new Set<string>();
  /** Set if the server answers no access reviews. */
  noReviews: Error | undefined;
  /** Called before a change. Tests inject failures here. */
  onChange: (change: string) => void = () => {};
  /** Called before a read, with `get TaskRun x` or `list TaskRuns`. Tests inject failures here. */
  onRead: (read: string) => void = () => {};
  /**
   * The fate of each of the next create requests: lost, carried out with the answer lost, or
   * carried out and sent again by the network.
   */
  readonly accidents: ("request lost" | "answer lost" | "sent twice" | undefined)[] = [];
  /** Called with each created object. */
  onCreated: (object: KubeObject) => void = () => {};
  /** Whether the connection of each exec opens at once, or never. */
  opensExecs = true;
  /** Plays the command that the program runs in a container. */
  onExec: (options: ExecOptions) => Promise<ExecResult> = () =>
    Promise.reject(new Error("this test runs no command"));
  readonly #objects = new Map<string, { resource: Resource; object: Stored }>();
  readonly #watchers = new Set<Watcher>();
  readonly #logs = new Map<string, FakeLog>();
  readonly #held = new Map<string, WatchEvent[]>();
  #version = 0;

  /** Sets an object, also for its watches. */
  put<T extends KubeObject>(resource: Resource, object: Kindless<T>): Stored<T> {
    const { metadata } = object as T;
    const namespace = metadata.namespace ?? this.namespace;
    const key = keyOf(resource, namespace, metadata.name!);
    const before = this.#objects.get(key)?.object;
    const stored = structuredClone({
      kind: resource.kind,
      ...object as T,
      metadata: {
        uid: before?.metadata.uid ?? `uid-${this.#version}`,
        ...metadata,
        namespace,
        resourceVersion: `${++this.#version}`,
      },
    }) as Stored<T>;
    this.#objects.set(key, { resource, object: stored });
    this.#tell(resource, { type: before === undefined ? "ADDED" : "MODIFIED", object: stored });
    return stored;
  }

  /** Changes an object: `change` gets a copy to write to. */
  update<T extends KubeObject>(
    resource: Resource,
    name: string,
    change: (object: T) => void,
  ): Stored<T> {
    const object = structuredClone(this.#find(resource, this.namespace, name, "update")) as Stored<
      T
    >;
    change(object);
    return this.put<T>(resource, object);
  }

  remove(resource: Resource, name: string): void {
    const object = this.#find(resource, this.namespace, name, "delete");
    this.#objects.delete(keyOf(resource, this.namespace, name));
    this.#tell(resource, { type: "DELETED", object });
  }

  /** Withholds the events of an object from watches until the returned function is called. */
  holdEvents(resource: Resource): () => void {
    const held: WatchEvent[] = [];
    this.#held.set(resource.plural, held);
    return () => {
      this.#held.delete(resource.plural);
      for (const event of held) this.#tell(resource, event);
    };
  }

  /** Returns the log of a container, creating it if necessary. */
  log(pod: string, container: string): FakeLog {
    const key = `${pod}/${container}`;
    if (!this.#logs.has(key)) this.#logs.set(key, new FakeLog());
    return this.#logs.get(key)!;
  }

  /** Ends a container's log; the next container of that name starts with an empty log. */
  forget(pod: string, container: string): void {
    this.#logs.delete(`${pod}/${container}`);
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  // deno-lint-ignore require-await -- as below
  async serverVersion(): Promise<string> {
    this.onRead("get path /version");
    return "v1.34.1";
  }

  // deno-lint-ignore require-await -- so that errors become rejections
  async whoAmI(): Promise<User> {
    this.onRead("create SelfSubjectReview");
    return { name: "ada", groups: ["system:authenticated"] };
  }

  // deno-lint-ignore require-await -- so that errors become rejections
  async get<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
  ): Promise<Stored<T>> {
    this.onRead(`get ${resource.kind} ${name}`);
    return structuredClone(this.#find(resource, namespace, name, "get")) as Stored<T>;
  }

  // deno-lint-ignore require-await -- as above
  async list<T extends KubeObject>(resource: Resource, selector: Selector): Promise<Stored<T>[]> {
    this.onRead(`list ${resource.kind}s`);
    return this.#select(resource, selector) as Stored<T>[];
  }

  // deno-lint-ignore require-await -- as above
  async create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: { dryRun?: boolean } = {},
  ): Promise<Stored<T>> {
    const { metadata } = object;
    const name = metadata.name ?? `${metadata.generateName}${this.#objects.size}`;
    if (options.dryRun) return structuredClone(object) as Stored<T>;
    const accident = this.accidents.shift();
    this.#change(`create ${resource.kind} ${name}`);
    if (accident === "request lost") throw unreachable(this.server, new Error("cut off"));
    const key = keyOf(resource, metadata.namespace ?? this.namespace, name);
    if (this.#objects.has(key)) throw this.#exists(resource, name);
    const created = this.put<T>(resource, { ...object, metadata: { ...metadata, name } });
    this.onCreated(created);
    if (accident === "answer lost") throw unreachable(this.server, new Error("cut off"));
    if (accident === "sent twice") throw this.#exists(resource, name);
    return structuredClone(created);
  }

  #exists({ kind, plural, group }: Resource, name: string) {
    const what = { verb: "create", kind, name, namespace: this.namespace, server: this.server };
    const message = `${plural}.${group} "${name}" already exists`;
    return refused(what, { code: 409, reason: "AlreadyExists", message });
  }

  // deno-lint-ignore require-await -- as above
  async patch<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    patch: unknown,
  ): Promise<Stored<T>> {
    this.#change(`patch ${resource.kind} ${name} ${JSON.stringify(patch)}`);
    const object = this.#find(resource, namespace, name, "patch");
    return this.put<T>(resource, merge(object, patch) as T);
  }

  // deno-lint-ignore require-await -- as above
  async delete(resource: Resource, _namespace: string, name: string): Promise<void> {
    this.#change(`delete ${resource.kind} ${name}`);
    this.remove(resource, name);
  }

  async *watch<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    const events: WatchEvent[] = this.#select(resource, selector)
      .map((object) => ({ type: "ADDED", object }));
    let wake = () => {};
    const tell = (event: WatchEvent) => {
      events.push(structuredClone(event));
      wake();
    };
    const watcher = { resource, selector, tell };
    this.#watchers.add(watcher);
    const onAbort = () => wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        const next = events.shift();
        if (next !== undefined) yield next as WatchEvent<T>;
        else await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#watchers.delete(watcher);
    }
  }

  // deno-lint-ignore require-await -- as above
  async logs(options: LogOptions): Promise<ReadableStream<Uint8Array>> {
    return this.log(options.pod, options.container).open(options);
  }

  async exec(options: ExecOptions): Promise<ExecResult> {
    this.execs.push(options);
    if (this.opensExecs) options.onOpen?.();
    return await this.onExec(options);
  }

  // deno-lint-ignore require-await -- as above
  async denied(
    _namespace: string,
    asked: readonly Access[],
    { mustAnswer = false }: { mustAnswer?: boolean } = {},
  ): Promise<Access[]> {
    if (mustAnswer && this.noReviews !== undefined) throw this.noReviews;
    return asked.filter(({ verb, resource, subresource }) =>
      this.denials.has(`${verb} ${[resource, subresource].filter(Boolean).join("/")}`)
    );
  }

  #change(change: string): void {
    this.onChange(change);
    this.changes.push(change);
  }

  #find(resource: Resource, namespace: string, name: string, verb: string): Stored {
    const found = this.#objects.get(keyOf(resource, namespace, name));
    if (found !== undefined) return found.object;
    const { kind, plural } = resource;
    const what = { verb, kind, name, namespace, server: this.server };
    throw refused(what, { code: 404, message: `${plural} "${name}" not found` });
  }

  #select(resource: Resource, selector: Selector): Stored[] {
    return [...this.#objects.values()]
      .filter((one) => one.resource.plural === resource.plural && selects(selector, one.object))
      .map((one) => structuredClone(one.object));
  }

  #tell(resource: Resource, event: WatchEvent): void {
    const held = this.#held.get(resource.plural);
    if (held !== undefined) return void held.push(structuredClone(event));
    for (const watcher of this.#watchers) {
      const { selector, tell } = watcher;
      if (watcher.resource.plural === resource.plural && selects(selector, event.object)) {
        tell(event);
      }
    }
  }
}

function selects({ labels, fields }: Selector, object: KubeObject): boolean {
  const pairs = (text = "") => text.split(",").filter(Boolean).map((pair) => pair.split("="));
  const isLabelled = ([key, value]: string[]) => {
    const own = object.metadata.labels?.[key];
    return value === undefined ? own !== undefined : own === value;
  };
  return pairs(labels).every(isLabelled) &&
    pairs(fields).every(([key, value]) => at(object, key.split(".")) === value);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((one, key) => (one as Record<string, unknown> | undefined)?.[key], value);
}

/** Applies a merge patch, RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...target as Record<string, unknown> };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

function keyOf(resource: Resource, namespace: string, name: string): string {
  return `${resource.plural}/${namespace}/${name}`;
}
