/** Kubernetes' REST API over a Transport. Knows no Tekton. */
import { ExpectedError } from "../errors.ts";
import {
  AnswerError,
  LARGEST,
  MalformedError,
  parseList,
  parseObject,
  parseStatus,
  parseVersion,
  readStart,
  readText,
} from "./answers.ts";
import { exec } from "./exec.ts";
import { ProtocolChoice } from "./exec/protocols.ts";
import type {
  Access,
  ActsAs,
  ExecOptions,
  ExecProtocol,
  ExecResult,
  GetOptions,
  Kube,
  KubeObject,
  LogOptions,
  Resource,
  Selector,
  Stored,
  User,
  WatchEvent,
} from "./interface.ts";
import { Interrupts } from "./interrupts.ts";
import { ANSWER_TIMEOUT_MS, inTime, isTimeout, type Limit, Slots, within } from "./limit.ts";
import { encodeQuery, listPath, logPath, resourcePath } from "./paths.ts";
import { accessReview, userReview } from "./reviews.ts";
import { retried, retryAfterMs } from "./retry.ts";
import { type Attempt, attemptText, refused, unreachable } from "./status.ts";
import type { Debug, RequestOptions, Transport } from "./transport.ts";
import { watch } from "./watch.ts";

/** The server ends a watch after this time, and the client starts another. */
const WATCH_SECONDS = 300;
/** At most this many plain requests run at once; others wait for a slot. */
const MOST_REQUESTS = 32;

const JSON_TYPE = { "content-type": "application/json" };
/** A server without this form answers with the whole objects. */
const metadataAs = (form: string) => ({
  accept: `application/json;as=${form};v=v1;g=meta.k8s.io,application/json`,
});
const MERGE_PATCH = { "content-type": "application/merge-patch+json" };
type What = Omit<Attempt, "server" | "actsAs">;

/** A plain request, and how to read its answer. */
interface PlainRequest<T> extends RequestOptions {
  readonly what: What;
  readonly path: string;
  /** The largest accepted answer, in bytes. */
  readonly largest?: number;
  readonly parse: (text: string) => T;
  /** Whether the request changes nothing on the server. */
  readonly isRead?: boolean;
  /** Whether the request is part of a watch, which retries and ends on its own. */
  readonly isWatch?: boolean;
}

export class KubeClient implements Kube {
  readonly server: string;
  readonly proxy?: string;
  readonly isUnchecked?: boolean;
  readonly debug?: Debug;
  readonly actsAs?: ActsAs;
  readonly #interrupts: Interrupts;
  readonly #slots = new Slots(MOST_REQUESTS);
  readonly #protocols: ProtocolChoice;
  #execs = 0;

  /** @param interrupt aborts at the user's Ctrl-C, see Interrupts */
  constructor(
    private readonly transport: Transport,
    readonly namespace: string,
    interrupt: AbortSignal = new AbortController().signal,
    execProtocol?: ExecProtocol,
  ) {
    this.#protocols = new ProtocolChoice(execProtocol);
    this.server = transport.server;
    this.proxy = transport.proxy;
    this.isUnchecked = transport.isUnchecked;
    this.debug = transport.debug;
    this.actsAs = transport.actsAs;
    this.#interrupts = new Interrupts(transport, interrupt);
  }

  serverVersion(): Promise<string> {
    return this.#ask({
      what: { verb: "get", kind: "path", name: "/version" },
      path: "/version",
      parse: parseVersion,
      isRead: true,
    });
  }

  whoAmI(): Promise<User> {
    return this.#ask(userReview());
  }

  get<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    { metadataOnly }: GetOptions = {},
  ): Promise<Stored<T>> {
    return this.#ask({
      what: { verb: "get", kind: resource.kind, name, namespace },
      path: resourcePath(resource, namespace, name),
      headers: metadataOnly ? metadataAs("PartialObjectMetadata") : undefined,
      parse: (text) => parseObject<T>(text, resource),
      isRead: true,
    });
  }

  async list<T extends KubeObject>(resource: Resource, selector: Selector): Promise<Stored<T>[]> {
    return (await this.#list<T>(resource, selector)).items;
  }

  create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: { dryRun?: boolean } = {},
  ): Promise<Stored<T>> {
    const namespace = object.metadata.namespace ?? this.namespace;
    const name = object.metadata.name ?? object.metadata.generateName;
    return this.#ask({
      what: { verb: "create", kind: resource.kind, name, namespace },
      path: resourcePath(resource, namespace) +
        encodeQuery({ dryRun: options.dryRun ? "All" : undefined }),
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(object),
      parse: (text) => parseObject<T>(text, resource),
    });
  }

  patch<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    patch: unknown,
    subresource?: string,
  ): Promise<Stored<T>> {
    const path = resourcePath(resource, namespace, name);
    return this.#ask({
      what: { verb: "patch", kind: resource.kind, name, namespace },
      path: subresource === undefined ? path : `${path}/${subresource}`,
      method: "PATCH",
      headers: MERGE_PATCH,
      body: JSON.stringify(patch),
      parse: (text) => parseObject<T>(text, resource),
    });
  }

  async delete(resource: Resource, namespace: string, name: string): Promise<void> {
    await this.#ask({
      what: { verb: "delete", kind: resource.kind, name, namespace },
      path: resourcePath(resource, namespace, name),
      method: "DELETE",
      parse: () => {}, // a Status, or the object in its last state
    });
  }

  watch<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>> {
    const what = { verb: "watch", kind: resource.kind, namespace: selector.namespace };
    return watch<T>({
      resource,
      server: this.server,
      list: (signal) => this.#list<T>(resource, selector, { signal, isWatch: true }),
      stream: async (resourceVersion, signal) => {
        const query = {
          watch: 1,
          resourceVersion,
          allowWatchBookmarks: true,
          timeoutSeconds: WATCH_SECONDS,
        };
        const limit = { ms: ANSWER_TIMEOUT_MS, signals: [signal] };
        return await this.#stream(what, listPath(resource, selector, query), limit);
      },
      delay: (ms, signal) => this.transport.delay(ms, signal),
    }, signal);
  }

  async logs(options: LogOptions): Promise<ReadableStream<Uint8Array>> {
    const { pod: name, namespace } = options;
    const what = { verb: "read the logs of", kind: "Pod", name, namespace };
    const signals = [options.signal, this.#interrupts.signal({ isRead: true })];
    // The answer to a followed log starts with its first line, which may take long.
    const ms = options.follow ? Infinity : ANSWER_TIMEOUT_MS;
    const stream = await this.#stream(what, logPath(options), { ms, signals });
    const explain = (error: unknown) =>
      signals.some((signal) => signal?.aborted) ? error : unreachable(this.server, error);
    return inTime(this.transport, { ms, explain }, stream);
  }

  async exec(options: ExecOptions): Promise<ExecResult> {
    const signal = anyOf(options.signal, this.#interrupts.signal({ isRead: true }));
    const { debug } = this;
    const number = ++this.#execs;
    const numbered = debug && ((line: string) => debug(`exec ${number} ${line}`));
    try {
      return await exec(this.transport, {
        ...options,
        signal,
        protocols: this.#protocols,
        debug: numbered,
      });
    } catch (error) {
      throw isTimeout(error) ? unreachable(this.server, error) : error;
    }
  }

  get execProtocol(): "spdy" | "websocket" | undefined {
    return this.#protocols.chosen;
  }

  get execVerbs(): readonly string[] {
    return this.#protocols.verbs;
  }

  async denied(
    namespace: string,
    asked: readonly Access[],
    { mustAnswer = false }: { mustAnswer?: boolean } = {},
  ): Promise<Access[]> {
    const denied = await Promise.all(
      asked.map((access) =>
        this.#ask(accessReview(namespace, access)).catch((error) => {
          if (mustAnswer || !(error instanceof ExpectedError)) throw error;
          return false;
        })
      ),
    );
    return asked.filter((_, at) => denied[at]);
  }

  #list<T extends KubeObject>(
    resource: Resource,
    selector: Selector,
    rest: Pick<PlainRequest<T>, "signal" | "isWatch"> = {},
  ): Promise<{ items: Stored<T>[]; resourceVersion: string }> {
    return this.#ask({
      what: { verb: "list", kind: resource.kind, namespace: selector.namespace },
      path: listPath(resource, selector),
      headers: selector.metadataOnly ? metadataAs("PartialObjectMetadataList") : undefined,
      largest: LARGEST.list,
      parse: (text) => parseList<T>(text, resource),
      isRead: true,
      ...rest,
    });
  }

  /** Sends a plain request, retries it if that is safe, and returns its parsed answer. */
  async #ask<T>(ask: PlainRequest<T>): Promise<T> {
    if (ask.isWatch) return await this.#askOnce(ask, ask.signal);
    const signal = anyOf(ask.signal, this.#interrupts.signal(ask));
    const go = () => this.#slots.run(() => this.#askOnce(ask, signal));
    const isRetried = ask.isRead && ask.method === undefined;
    return isRetried ? await retried(this.transport, signal, go) : await go();
  }

  async #askOnce<T>(ask: PlainRequest<T>, outer: AbortSignal | undefined): Promise<T> {
    const { what, path, largest = LARGEST.object, parse, method, headers, body } = ask;
    const limit = { ms: ANSWER_TIMEOUT_MS, signals: [outer] };
    try {
      return await within(this.transport, limit, async (signal) => {
        const response = await this.#request(what, path, { method, headers, body, signal });
        return parse(await readText(response, largest));
      });
    } catch (error) {
      throw this.#explained(what, error, outer);
    }
  }

  /** Returns a body that stays open until the signal. The limit is for the start of the answer. */
  async #stream(what: What, path: string, limit: Limit): Promise<ReadableStream<Uint8Array>> {
    try {
      return await within(this.transport, limit, async (signal) => {
        const { body } = await this.#request(what, path, { signal, isStream: true });
        return body ?? new Blob([]).stream();
      });
    } catch (error) {
      throw this.#explained(what, error, limit.signals?.find((signal) => signal?.aborted));
    }
  }

  /** Returns a successful answer whose body is still unread. Throws StatusError for any other. */
  async #request(what: What, path: string, init: RequestOptions): Promise<Response> {
    const response = await this.transport.request(path, init);
    if (response.ok) return response;
    const { text } = await readStart(response, LARGEST.status).catch(() => ({ text: "" }));
    const status = parseStatus(text, response.status);
    const attempt = { ...what, server: this.server, actsAs: this.actsAs };
    throw refused(attempt, status, retryAfterMs(response.headers, status));
  }

  /**
   * Returns the error to throw: the reason of an abort, an expected error, or why no answer came.
   */
  #explained(what: What, error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted && !isTimeout(signal.reason)) return signal.reason;
    if (error instanceof ExpectedError) return error;
    if (error instanceof AnswerError) return new MalformedError(attemptText(what), error);
    return unreachable(this.server, error);
  }
}

function anyOf(signal: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return signal === undefined ? other : AbortSignal.any([signal, other]);
}
