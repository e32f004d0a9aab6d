/** What the program needs of Kubernetes, as types: a real client and a test's double both have this shape. */

import type { Shape } from "../shape.ts";

/** Metadata of any Kubernetes object, as far as it is used here. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  [key: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
}

/** Any Kubernetes object: unknown keys are kept verbatim. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  [key: string]: unknown;
}

/** An object whose name is known. */
export type Named<T extends KubeObject = KubeObject> = T & { metadata: { name: string } };

/** An object as the API server returns it: its name, namespace and uid are known. */
export type Stored<T extends KubeObject = KubeObject> = T & {
  metadata: { name: string; namespace: string; uid: string };
};

/** The error body of the API, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  kind?: "Status";
  apiVersion?: "v1";
  status?: "Success" | "Failure";
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    [key: string]: unknown;
  };
}

/** A kind as the API's paths spell it. `kind` is the singular that people read: "PipelineRun". */
export interface Resource<Kind extends string = string> {
  /** "" is the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: Kind;
  /** What of its objects is relied on: an answer of another shape is refused. */
  readonly shape?: Shape;
}

const CONTAINER_STATUSES: Shape = [{
  name: "name",
  image: "text",
  state: {
    waiting: { reason: "text", message: "text" },
    running: { startedAt: "text" },
    terminated: { exitCode: "number", reason: "text", message: "text" },
  },
}];

const POD: Shape = {
  spec: {
    containers: [{
      name: "name",
      image: "text",
      args: ["name"],
      env: [{ name: "name" }],
      envFrom: [{}],
      volumeMounts: [{ name: "name", mountPath: "name" }],
      resources: { limits: "texts" },
    }],
    volumes: [{ name: "name" }],
    nodeName: "text",
  },
  status: {
    phase: "text",
    reason: "text",
    message: "text",
    conditions: [{ type: "name", status: "name", reason: "text", message: "text" }],
    containerStatuses: CONTAINER_STATUSES,
    initContainerStatuses: CONTAINER_STATUSES,
  },
};

export const PODS: Resource = {
  group: "",
  version: "v1",
  plural: "pods",
  kind: "Pod",
  shape: POD,
};
export const EVENTS: Resource = {
  group: "",
  version: "v1",
  plural: "events",
  kind: "Event",
  shape: { reason: "text", message: "text", lastTimestamp: "text" },
};

/** What a part of the cluster says of an object: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export interface KubeEvent extends KubeObject {
  reason?: string;
  message?: string;
  lastTimestamp?: string | null;
}

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: Stored<T>;
}

export interface Selector {
  /** "" is all. */
  readonly namespace: string;
  /** In the API's own syntax: "a=b,c=d". */
  readonly labels?: string;
  readonly fields?: string;
  /** For a list: the server may leave out everything but the metadata. */
  readonly metadataOnly?: boolean;
}

export interface ContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface LogOptions extends ContainerRef {
  readonly follow?: boolean;
  /** RFC 3339; lines of this second and later. */
  readonly sinceTime?: string;
  /** Each line starts with its RFC 3339 time and a space. */
  readonly timestamps?: boolean;
  /** At most so many of the last lines. */
  readonly tailLines?: number;
  readonly signal?: AbortSignal;
}

export interface ExecOptions extends ContainerRef {
  /** An argv, never shell text. */
  readonly command: readonly string[];
  /** Read with backpressure; its end half-closes the remote stdin. */
  readonly stdin?: ReadableStream<Uint8Array>;
  readonly onStdout?: (bytes: Uint8Array) => void;
  readonly onStderr?: (bytes: Uint8Array) => void;
  /** Gives the command a terminal of these sizes, one after the other: all its output is stdout. */
  readonly terminal?: AsyncIterable<TerminalSize>;
  readonly signal?: AbortSignal;
  /** For a short command: the time from the call to its end, in milliseconds; then ClusterError. */
  readonly deadlineMs?: number;
  /**
   * The longest silence, in milliseconds, while the other side is awaited; then ClusterError
   * `... no answer for 30 s`. It is awaited
   * - while bytes of stdin wait to be taken by it,
   * - once stdin has ended, or where there is none,
   * - while `isAwaited` says so.
   *
   * Each message from it, and each byte that it takes, ends a silence. It is measured by looks half
   * as far apart: a silence is noticed after one to one and a half times this long. Time in which
   * this process is stopped does not count.
   */
  readonly silenceMs?: number;
  /** Whether stdin waits for an answer of the command before it goes on; without it never. */
  readonly isAwaited?: () => boolean;
  /** Whether `--verbose` shows the lines of text of both directions. Never for what a user types. */
  readonly isProtocol?: boolean;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** How a remote command ended, from channel 3. */
export interface ExecResult {
  /** Undefined where the command could not be started at all. */
  readonly exitCode?: number;
  /** The server's words, e.g. `executable file not found in $PATH`. */
  readonly message: string;
}

/** One verb on one resource, for a question to the server's own authorizer. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** Every method throws ClusterError with the verb, resource and name in words; `statusOf` finds its Status. */
export interface Kube {
  /** The namespace of the command line, else of the context, else "default". */
  readonly namespace: string;
  /** The API server's address, for messages. */
  readonly server: string;
  /** Prints a line of `--verbose`; absent unless the user asks for it. */
  readonly debug?: (line: string) => void;

  /** The version of Kubernetes: "v1.34.1". */
  serverVersion(): Promise<string>;
  get<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
  ): Promise<Stored<T>>;
  list<T extends KubeObject>(resource: Resource, selector: Selector): Promise<Stored<T>[]>;
  create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options?: { dryRun?: boolean },
  ): Promise<Stored<T>>;
  /** A JSON merge patch (RFC 7386), of the object or of one of its subresources. */
  patch<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    patch: unknown,
    subresource?: string,
  ): Promise<Stored<T>>;
  delete(resource: Resource, namespace: string, name: string): Promise<void>;
  /**
   * What is there, as ADDED, and then each change: goes on over lost connections and expired
   * resource versions (a relist yields what vanished meanwhile as DELETED) until the signal.
   */
  watch<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
  logs(options: LogOptions): Promise<ReadableStream<Uint8Array>>;
  exec(options: ExecOptions): Promise<ExecResult>;
  /** Those of the asked that the server's authorizer denies; none where it can't be asked. */
  denied(namespace: string, asked: readonly Access[]): Promise<Access[]>;
}
