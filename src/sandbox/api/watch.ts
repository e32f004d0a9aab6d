/** `?watch=1`: one JSON event per line, from a resource version onward. */
import type { KubeObject } from "../../kube/interface.ts";
import { ApiError } from "../store/api_error.ts";
import type { Kind } from "../store/kinds.ts";
import { selector } from "./selectors.ts";
import type { Change, Store } from "../store/store.ts";

export interface WatchRequest {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly query: URLSearchParams;
  /** Returns what to send for an object: the object itself, or a table with one row. */
  readonly show: (object: KubeObject) => unknown;
}

export function watch(store: Store, request: WatchRequest): ReadableStream<Uint8Array> {
  const { kind, namespace, query, show } = request;
  const matches = selector(query);
  const isMine = (object: KubeObject | undefined) =>
    object !== undefined && matches(object) &&
    (namespace === undefined || object.metadata.namespace === namespace);
  const encoder = new TextEncoder();
  let stop = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (type: string, object: unknown) =>
        controller.enqueue(encoder.encode(JSON.stringify({ type, object }) + "\n"));
      const onChange = (change: Change) => {
        if (change.kind !== kind) return;
        const type = typeFor(change, isMine);
        if (type !== undefined) send(type, show(change.object));
      };
      const given = query.get("resourceVersion") ?? "";
      try {
        if (given === "" || given === "0") {
          for (const object of store.list(kind, namespace).filter(isMine)) {
            send("ADDED", show(object));
          }
        } else store.since(Number(given)).forEach(onChange);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        send("ERROR", error.status);
        return controller.close();
      }
      const unlisten = store.listen(onChange);
      const seconds = Number(query.get("timeoutSeconds") ?? 0);
      const timer = seconds > 0 ? setTimeout(() => end(), seconds * 1000) : undefined;
      stop = () => {
        unlisten();
        clearTimeout(timer);
      };
      const end = () => {
        stop();
        controller.close();
      };
    },
    cancel: () => stop(),
  });
}

/**
 * Returns the event's type for this watch: an object that enters or leaves the selection is added
 * or deleted.
 */
function typeFor(change: Change, isMine: (object: KubeObject | undefined) => boolean) {
  const is = isMine(change.object);
  const was = isMine(change.previous);
  if (change.type === "DELETED") return was ? "DELETED" : undefined;
  if (is) return was ? "MODIFIED" : "ADDED";
  return was ? "DELETED" : undefined;
}
