/**
 * Lists and then watches, over streams that end or fall silent, versions that expire (410) and
 * connections that break. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
import { Scope } from "../async/scope.ts";
import { ExpectedError } from "../errors.ts";
import { AnswerError, MalformedError, type ParsedEvent, parseWatchEvent } from "./answers.ts";
import type { KubeObject, Resource, Stored, WatchEvent } from "./interface.ts";
import { lines } from "./lines.ts";
import { Backoff, isPassing } from "./retry.ts";
import { untilSilent } from "./silence.ts";
import { attemptText, isStatus, unreachable } from "./status.ts";

/** The two requests of a watch. */
export interface WatchSource<T extends KubeObject> {
  readonly resource: Resource;
  /** For messages. */
  readonly server: string;
  list(signal: AbortSignal): Promise<{ items: Stored<T>[]; resourceVersion: string }>;
  /**
   * Returns the body of `?watch=1`: a JSON event per line. Rejects if it does not begin in time.
   */
  stream(resourceVersion: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

/** How long a server may be unreachable before the watch gives up. */
const PATIENCE_MS = 60_000;
/** How often in a row a stream may contain something else than an event. */
const MOST_MALFORMED = 3;
/**
 * Kubernetes sends a bookmark about once a minute. After this time without a line the connection
 * may be dead, and the watch starts another from the last version. Without bookmarks that costs one
 * request.
 */
const PULSE_MS = 90_000;
const FIRST_BACKOFF_MS = 250;

export async function* watch<T extends KubeObject>(
  source: WatchSource<T>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const known = new Map<string, Stored<T>>();
  const backoff = new Backoff();
  let [awayMs, malformed] = [0, 0];
  let patience: Patience | undefined;
  using _patience = { [Symbol.dispose]: () => patience?.[Symbol.dispose]() };
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await source.list(signal);
      awayMs = 0;
      patience?.[Symbol.dispose]();
      patience = undefined;
      backoff.reset();
      yield* difference(known, items);
      yield* changes(source, { from: resourceVersion, known, signal, seen: () => malformed = 0 });
    } catch (error) {
      if (signal.aborted) return;
      const isMalformed = error instanceof MalformedError;
      if (isMalformed && ++malformed >= MOST_MALFORMED) throw error;
      if (!isMalformed && !isPassing(error) && !isStatus(error, 410)) throw error;
      patience ??= new Patience(source);
      if (awayMs >= PATIENCE_MS || patience.isOver) throw error;
      const ms = backoff.after(error);
      awayMs += ms;
      await source.delay(ms, signal).catch(() => {});
    }
  }
}

/**
 * Runs out after a time: each try at an unreachable server takes half a minute beside the waits.
 */
class Patience implements Disposable {
  isOver = false;
  readonly #done = new AbortController();

  constructor(source: Pick<WatchSource<KubeObject>, "delay">) {
    source.delay(PATIENCE_MS, this.#done.signal).then(() => this.isOver = true, () => {});
  }

  [Symbol.dispose](): void {
    this.#done.abort();
  }
}

/** Yields the differences between the known objects and a new list. */
function* difference<T extends KubeObject>(known: Map<string, Stored<T>>, items: Stored<T>[]) {
  const present = new Set(items.map(keyOf));
  for (const [key, object] of [...known]) {
    if (present.has(key)) continue;
    known.delete(key);
    yield { type: "DELETED", object } as const;
  }
  for (const object of items) {
    const before = known.get(keyOf(object));
    known.set(keyOf(object), object);
    if (before === undefined) yield { type: "ADDED", object } as const;
    else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      yield { type: "MODIFIED", object } as const;
    }
  }
}

interface From<T extends KubeObject> {
  readonly from: string;
  readonly known: Map<string, Stored<T>>;
  readonly signal: AbortSignal;
  /** Is called for each valid event. */
  readonly seen: () => void;
}

/** Watches from a version. Returns when a new list is needed. */
async function* changes<T extends KubeObject>(
  source: WatchSource<T>,
  { from, known, signal, seen }: From<T>,
): AsyncGenerator<WatchEvent<T>> {
  let resourceVersion = from;
  while (!signal.aborted) {
    let events = 0;
    for await (const event of stream(source, resourceVersion, signal)) {
      if (event.type === "ERROR") { // usually 410 Expired
        if (events === 0) await source.delay(FIRST_BACKOFF_MS, signal);
        return;
      }
      events += 1;
      seen();
      if (event.type === "BOOKMARK") {
        resourceVersion = event.resourceVersion ?? resourceVersion;
        continue;
      }
      const { type, object } = event;
      resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
      if (type === "DELETED") known.delete(keyOf(object));
      else known.set(keyOf(object), object);
      yield { type, object };
    }
    if (events === 0) await source.delay(FIRST_BACKOFF_MS, signal); // the server closed it at once
  }
}

/** Yields the events of one stream, until the server ends it or is silent for too long. */
async function* stream<T extends KubeObject>(
  source: WatchSource<T>,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<ParsedEvent<T>> {
  const silent = new AbortController();
  using scope = new Scope();
  const either = AbortSignal.any([signal, silent.signal]);
  let count = 0;
  try {
    const body = await source.stream(resourceVersion, either);
    untilSilent(source, { ms: PULSE_MS, signal: scope.signal }, () => count)
      .then(() => silent.abort(), () => {});
    for await (const line of lines(body, { signal: either, onlyEnded: true })) {
      count += 1;
      yield parseWatchEvent<T>(line, source.resource);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (silent.signal.aborted) return;
    if (error instanceof ExpectedError) throw error;
    if (!(error instanceof AnswerError)) throw unreachable(source.server, error);
    throw new MalformedError(attemptText({ verb: "watch", kind: source.resource.kind }), error);
  }
}

function keyOf({ metadata }: Stored): string {
  return metadata.uid;
}
