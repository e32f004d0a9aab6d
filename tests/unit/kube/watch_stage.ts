/** A source of watches for tests. */
import { type KubeObject, PODS, type Stored } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import { watch, type WatchSource } from "../../../src/kube/watch.ts";
import { Alarms, LIMIT_MS } from "../../support/fake_transport.ts";

export type Play = () => unknown[] | Promise<unknown[]>;

/** A server that answers each list and each stream with the next of those given. */
export class FakeSource implements WatchSource<KubeObject> {
  readonly resource = PODS;
  readonly server = "s";
  readonly asked: string[] = [];
  readonly delays: number[] = [];
  readonly limits = new Alarms();
  readonly stop = new AbortController();
  onDelay = () => {};

  constructor(private readonly lists: Play[], private readonly streams: Play[] = []) {}

  async list() {
    this.asked.push("list");
    const play = this.lists.length > 1 ? this.lists.shift()! : this.lists[0];
    const items = await play() as Stored[];
    return { items, resourceVersion: `list-${this.asked.length}` };
  }

  async stream(resourceVersion: string): Promise<ReadableStream<Uint8Array>> {
    this.asked.push(resourceVersion);
    const play = this.streams.shift();
    if (play === undefined) {
      this.stop.abort();
      return ReadableStream.from([]) as ReadableStream<Uint8Array>;
    }
    const events = await play();
    return ReadableStream.from(bytesOf(events)) as ReadableStream<Uint8Array>;
  }

  async delay(ms: number, signal: AbortSignal): Promise<void> {
    if (ms >= LIMIT_MS) return await this.limits.delay(ms, signal);
    this.delays.push(ms);
    this.onDelay();
    await Promise.resolve();
    signal.throwIfAborted();
  }

  /** Collects the events of the watch, as `ADDED a@1`. */
  async said(): Promise<string[]> {
    const said: string[] = [];
    for await (const { type, object } of watch(this, this.stop.signal)) {
      said.push(`${type} ${object.metadata.name}@${object.metadata.resourceVersion}`);
    }
    return said;
  }
}

/** One line each, up to an Error, which breaks the stream. */
function* bytesOf(events: unknown[]): Generator<Uint8Array> {
  for (const event of events) {
    if (event instanceof Error) throw event;
    yield new TextEncoder().encode(`${JSON.stringify(event)}\n`);
  }
}

export function object(name: string, resourceVersion: string, uid = name): Stored {
  return { metadata: { name, namespace: "default", uid, resourceVersion } };
}

export function event(type: string, name: string, resourceVersion: string) {
  return { type, object: object(name, resourceVersion) };
}

export const gone = { type: "ERROR", object: { code: 410, message: "too old resource version" } };

export function no(code: number): never {
  throw refused({ verb: "list", kind: "Pod", server: "s" }, { code, message: "no" });
}
