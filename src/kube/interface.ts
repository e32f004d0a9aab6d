/** The types of Kubernetes, and of a client that both the real network and the tests implement. */
import type { Shape } from "../shape.ts";

/** The metadata of an object, as far as the program reads it. */
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

/** Any Kubernetes object. Unknown keys stay as they are. */
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

/** The body of an error: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
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

/** A kind as the paths of the API spell it. `kind` is its singular for people: "PipelineRun". */
export interface Resource<Kind extends string = string> {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: Kind;
  /** The shape of its objects. The client rejects an answer of another shape. */
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
      volumeMounts: [{ name: "name", mountPath: "name", subPath: "text", subPathExpr: "text" }],
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

/** An event about an object: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
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
  /** "" for all namespaces. */
  readonly namespace: string;
  /** A label selector: "a=b,c=d". */
  readonly labels?: string;
  readonly fields?: string;
  /** For a list: the server may leave out everything but the metadata. */
  readonly metadataOnly?: boolean;
}

export interface GetOptions {
  /** The server may leave out everything but the metadata. */
  readonly metadataOnly?: boolean;
}

export interface ContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface LogOptions extends ContainerRef {
  readonly follow?: boolean;
  /** RFC 3339. The log starts with the lines of this second. */
  readonly sinceTime?: string;
  /** Starts each line with its RFC 3339 time and a space. */
  readonly timestamps?: boolean;
  /** The largest number of lines, counted from the end. */
  readonly tailLines?: number;
  readonly signal?: AbortSignal;
}

export interface ExecOptions extends ContainerRef {
  /** An argv, never text for a shell. */
  readonly command: readonly string[];
  /** Is read with backpressure. Its end closes the stdin of the command. */
  readonly stdin?: ReadableStream<Uint8Array>;
  /**
   * Whether nothing is awaited after the end of stdin: where the server can't end stdin, the end of
   * the connection does.
   */
  readonly endsWithStdin?: boolean;
  /** Called once the connection is open. The client limits the opening itself. */
  readonly onOpen?: () => void;
  readonly onStdout?: (bytes: Uint8Array) => void;
  readonly onStderr?: (bytes: Uint8Array) => void;
  /** Gives the command a terminal, and resizes it to each of these. All output is then stdout. */
  readonly terminal?: AsyncIterable<TerminalSize>;
  readonly signal?: AbortSignal;
  /** The longest duration of the whole call, in milliseconds. Then the call throws ClusterError. */
  readonly deadlineMs?: number;
  /**
   * The longest silence of the server, in milliseconds. Then the call throws ClusterError
   * `... no answer for 30 s`. A silence counts
   * - while bytes of stdin wait in the socket,
   * - once stdin has ended, or if the command has no stdin,
   * - while `isAwaited` returns true.
   *
   * Each message from the server ends the silence, and so does each byte that it takes. The client
   * looks twice in this time, so it notices a silence after 1 to 1.5 times as long. Time in which
   * this process is stopped does not count.
   */
  readonly silenceMs?: number;
  /** Whether stdin waits for an answer of the command. By default it never does. */
  readonly isAwaited?: () => boolean;
  /** Whether `--verbose` shows the text lines of both directions. Never true for keys of a user. */
  readonly isProtocol?: boolean;
}

/** The protocol of an exec. `auto` finds out which one the server and the proxies let through. */
export type ExecProtocol = "auto" | "spdy" | "websocket";

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** How a command ended, from channel 3. */
export interface ExecResult {
  /** Undefined if the command did not start. */
  readonly exitCode?: number;
  /** The message of the server, such as `executable file not found in $PATH`. */
  readonly message: string;
}

/** A user, from https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A verb on a resource, for a question to the authorizer of the server. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** The user and the groups of an impersonation. */
export interface ActsAs {
  readonly user: string;
  readonly groups: readonly string[];
}

/**
 * A client of one cluster. Each method throws ClusterError with the verb, the kind and the name in
 * words; a StatusError has the answer of the server.
 */
export interface Kube {
  /** The namespace of the command line, of the context, or "default", in this order. */
  readonly namespace: string;
  /** The address of the API server, for messages. */
  readonly server: string;
  /** The impersonated user, if there is one. */
  readonly actsAs?: ActsAs;
  /** The proxy on the way to it, without its password. */
  readonly proxy?: string;
  /** Whether any certificate of the server is accepted. */
  readonly isUnchecked?: boolean;
  /** Prints a line of `--verbose`; absent unless the user asks for it. */
  readonly debug?: (line: string) => void;

  /** Returns the version of Kubernetes, such as "v1.34.1". */
  serverVersion(): Promise<string>;
  /** Returns the user as the server knows it. Servers before Kubernetes 1.28 can't tell. */
  whoAmI(): Promise<User>;
  get<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    options?: GetOptions,
  ): Promise<Stored<T>>;
  list<T extends KubeObject>(resource: Resource, selector: Selector): Promise<Stored<T>[]>;
  create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options?: { dryRun?: boolean },
  ): Promise<Stored<T>>;
  /** Applies a JSON merge patch (RFC 7386) to the object or to one of its subresources. */
  patch<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    patch: unknown,
    subresource?: string,
  ): Promise<Stored<T>>;
  delete(resource: Resource, namespace: string, name: string): Promise<void>;
  /**
   * Yields the existing objects as ADDED and then each change, until the signal. The watch survives
   * lost connections and expired resource versions: after a new list it yields what changed
   * meanwhile.
   */
  watch<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
  logs(options: LogOptions): Promise<ReadableStream<Uint8Array>>;
  exec(options: ExecOptions): Promise<ExecResult>;
  /** The protocol that carries commands; undefined until one has run. */
  readonly execProtocol?: "spdy" | "websocket";
  /** The verbs on pods/exec that may be asked for, the first one first. One is enough. */
  readonly execVerbs: readonly string[];
  /**
   * Returns the accesses that the authorizer denies. One that it can't be asked about counts as
   * allowed, as the operation itself shows it; with `mustAnswer`, throws ClusterError instead.
   */
  denied(
    namespace: string,
    asked: readonly Access[],
    options?: { mustAnswer?: boolean },
  ): Promise<Access[]>;
}
