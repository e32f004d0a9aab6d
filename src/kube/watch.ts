/**
 * List and then watch, for as long as it takes: over streams that end, versions that expire (410)
 * and connections that break. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
import type { KubeObject, WatchEvent } from "./interface.ts";
import { lines } from "./lines.ts";
import { StatusError, UnreachableError } from "./status.ts";

/** The two requests that a watch is made of. */
export interface WatchSource<T extends KubeObject> {
  list(signal: AbortSignal): Promise<{ items: T[]; resourceVersion: string }>;
  /** The body of `?watch=1`: one JSON event a line. */
  stream(resourceVersion: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

/** How long a server may be away before the watch gives up. */
const PATIENCE_MS = 60_000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5_000;

type RawEvent<T> =
  | { type: WatchEvent["type"]; object: T }
  | { type: "BOOKMARK"; object: KubeObject }
  | { type: "ERROR"; object: { code?: number; message?: string } };

export async function* watch<T extends KubeObject>(
  source: WatchSource<T>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const known = new Map<string, T>();
  let awayMs = 0;
  let backoffMs = FIRST_BACKOFF_MS;
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await source.list(signal);
      awayMs = 0;
      backoffMs = FIRST_BACKOFF_MS;
      yield* difference(known, items);
      yield* changes(source, resourceVersion, known, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof StatusError && !isPassing(error)) throw error;
      if (awayMs >= PATIENCE_MS) throw error;
      awayMs += backoffMs;
      await source.delay(backoffMs, signal).catch(() => {});
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
    }
  }
}

/** What a fresh list says that was not known. */
function* difference<T extends KubeObject>(known: Map<string, T>, items: T[]) {
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

/** Watches on from a version; returns where a new list is needed. */
async function* changes<T extends KubeObject>(
  source: WatchSource<T>,
  from: string,
  known: Map<string, T>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  let resourceVersion = from;
  while (!signal.aborted) {
    let events = 0;
    for await (const line of lines(await source.stream(resourceVersion, signal))) {
      const event = JSON.parse(line) as RawEvent<T>;
      if (event.type === "ERROR") { // 410 Expired, mostly: list anew
        if (events === 0) await source.delay(FIRST_BACKOFF_MS, signal);
        return;
      }
      events += 1;
      resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
      if (event.type === "BOOKMARK") continue;
      if (event.type === "DELETED") known.delete(keyOf(event.object));
      else known.set(keyOf(event.object), event.object);
      yield event;
    }
    if (events === 0) await source.delay(FIRST_BACKOFF_MS, signal); // one that hangs up at once
  }
}

function keyOf(object: KubeObject): string {
  return object.metadata.uid ?? object.metadata.name ?? "";
}

function isPassing(error: StatusError): boolean {
  const code = error.status.code ?? 0;
  return error instanceof UnreachableError || code === 410 || code === 429 || code >= 500;
}
