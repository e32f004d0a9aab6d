/** Kubernetes' REST API over a Transport. Knows no Tekton. */
import { ExpectedError } from "../errors.ts";
import { exec, parseStatus } from "./exec.ts";
import type {
  Access,
  ExecOptions,
  ExecResult,
  Kube,
  KubeObject,
  LogOptions,
  Resource,
  Selector,
  WatchEvent,
} from "./interface.ts";
import { encodeQuery, listPath, logPath, resourcePath } from "./paths.ts";
import { type Attempt, refused, unreachable } from "./status.ts";
import type { RequestOptions, Transport } from "./transport.ts";
import { watch } from "./watch.ts";

/** An answer to a plain request takes milliseconds; a server that is not there never gives one. */
const ANSWER_TIMEOUT_MS = 30_000;
/** The server ends a watch after this time; it is then renewed. */
const WATCH_SECONDS = 300;

const JSON_TYPE = { "content-type": "application/json" };
const MERGE_PATCH = { "content-type": "application/merge-patch+json" };
const REVIEWS: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
};

type What = Omit<Attempt, "server">;

export class KubeClient implements Kube {
  readonly server: string;

  constructor(private readonly transport: Transport, readonly namespace: string) {
    this.server = transport.server;
  }

  get<T extends KubeObject>(resource: Resource, namespace: string, name: string): Promise<T> {
    const what = { verb: "get", kind: resource.kind, name, namespace };
    return this.#json<T>(what, resourcePath(resource, namespace, name));
  }

  async list<T extends KubeObject>(resource: Resource, selector: Selector): Promise<T[]> {
    const what = { verb: "list", kind: resource.kind, namespace: selector.namespace };
    return (await this.#json<{ items: T[] }>(what, listPath(resource, selector))).items;
  }

  create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: { dryRun?: boolean } = {},
  ): Promise<T> {
    const namespace = object.metadata.namespace ?? this.namespace;
    const name = object.metadata.name ?? object.metadata.generateName;
    const what = { verb: "create", kind: resource.kind, name, namespace };
    const query = encodeQuery({ dryRun: options.dryRun ? "All" : undefined });
    return this.#json<T>(what, resourcePath(resource, namespace) + query, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(object),
    });
  }

  patch<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    patch: unknown,
    subresource?: string,
  ): Promise<T> {
    const what = { verb: "patch", kind: resource.kind, name, namespace };
    const path = resourcePath(resource, namespace, name);
    return this.#json<T>(what, subresource === undefined ? path : `${path}/${subresource}`, {
      method: "PATCH",
      headers: MERGE_PATCH,
      body: JSON.stringify(patch),
    });
  }

  async delete(resource: Resource, namespace: string, name: string): Promise<void> {
    const what = { verb: "delete", kind: resource.kind, name, namespace };
    await this.#json(what, resourcePath(resource, namespace, name), { method: "DELETE" });
  }

  watch<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>> {
    const what = { kind: resource.kind, namespace: selector.namespace };
    return watch<T>({
      list: async (signal) => {
        const path = listPath(resource, selector);
        const list = await this.#json<{ items: T[]; metadata: { resourceVersion: string } }>(
          { verb: "list", ...what },
          path,
          { signal },
        );
        return { items: list.items, resourceVersion: list.metadata.resourceVersion };
      },
      stream: async (resourceVersion, signal) => {
        const query = {
          watch: 1,
          resourceVersion,
          allowWatchBookmarks: true,
          timeoutSeconds: WATCH_SECONDS,
        };
        const path = listPath(resource, selector, query);
        return (await this.#request({ verb: "watch", ...what }, path, { signal })).body!;
      },
      delay: (ms, signal) => this.transport.delay(ms, signal),
    }, signal);
  }

  async logs(options: LogOptions): Promise<ReadableStream<Uint8Array>> {
    const what = {
      verb: "read the logs of",
      kind: "Pod",
      name: options.pod,
      namespace: options.namespace,
    };
    const { signal } = options;
    return (await this.#request(what, logPath(options), { signal })).body!;
  }

  exec(options: ExecOptions): Promise<ExecResult> {
    return exec(this.transport, options);
  }

  async denied(namespace: string, asked: readonly Access[]): Promise<Access[]> {
    const allowed = await Promise.all(asked.map((access) => this.#allows(namespace, access)));
    return asked.filter((_, at) => !allowed[at]);
  }

  async #allows(namespace: string, access: Access): Promise<boolean> {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: REVIEWS.kind,
      spec: { resourceAttributes: { namespace, ...access } },
    };
    const path = `/apis/${REVIEWS.group}/${REVIEWS.version}/${REVIEWS.plural}`;
    try {
      const answer = await this.#json<{ status?: { allowed?: boolean } }>(
        { verb: "create", kind: REVIEWS.kind },
        path,
        { method: "POST", headers: JSON_TYPE, body: JSON.stringify(review) },
      );
      return answer.status?.allowed !== false;
    } catch {
      return true; // what can't be asked is tried
    }
  }

  async #json<T>(what: What, path: string, init: RequestOptions = {}): Promise<T> {
    const limit = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const signal = init.signal === undefined ? limit : AbortSignal.any([init.signal, limit]);
    const response = await this.#request(what, path, { ...init, signal });
    try {
      return await response.json() as T;
    } catch (error) {
      throw unreachable(this.server, error);
    }
  }

  /** A successful answer whose body is not yet read. */
  async #request(what: What, path: string, init: RequestOptions): Promise<Response> {
    let response: Response;
    try {
      response = await this.transport.request(path, init);
    } catch (error) {
      // Credentials that can't be renewed are told in their own words.
      throw error instanceof ExpectedError ? error : unreachable(this.server, error);
    }
    if (response.ok) return response;
    const text = await response.text().catch(() => "");
    throw refused({ ...what, server: this.server }, parseStatus(text, response.status));
  }
}
