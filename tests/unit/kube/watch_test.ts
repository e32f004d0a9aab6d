import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { refused, UnreachableError } from "../../../src/kube/status.ts";
import { watch, type WatchSource } from "../../../src/kube/watch.ts";

type Play = () => unknown[] | Promise<unknown[]>;

/** A server that answers each list and each stream with the next of those given. */
class FakeSource implements WatchSource<KubeObject> {
  readonly asked: string[] = [];
  readonly delays: number[] = [];
  readonly stop = new AbortController();
  onDelay = () => {};

  constructor(private readonly lists: Play[], private readonly streams: Play[] = []) {}

  async list() {
    this.asked.push("list");
    const play = this.lists.length > 1 ? this.lists.shift()! : this.lists[0];
    const items = await play() as KubeObject[];
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
    this.delays.push(ms);
    this.onDelay();
    await Promise.resolve();
    signal.throwIfAborted();
  }

  /** All that the watch says, as `ADDED a@1`. */
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

function object(name: string, resourceVersion: string, uid = name): KubeObject {
  return { metadata: { name, uid, resourceVersion } };
}

function event(type: string, name: string, resourceVersion: string) {
  return { type, object: object(name, resourceVersion) };
}

const gone = { type: "ERROR", object: { code: 410, message: "too old resource version" } };

function no(code: number): never {
  throw refused({ verb: "list", kind: "Pod", server: "s" }, { code, message: "no" });
}

Deno.test("what is there comes as ADDED, then each change, watched from the list's version on", async () => {
  const source = new FakeSource([() => [object("a", "1"), object("b", "2")]], [
    () => [event("ADDED", "c", "3"), event("MODIFIED", "a", "4"), event("DELETED", "b", "5")],
  ]);
  assert.deepEqual(await source.said(), [
    "ADDED a@1",
    "ADDED b@2",
    "ADDED c@3",
    "MODIFIED a@4",
    "DELETED b@5",
  ]);
  assert.deepEqual(source.asked.slice(0, 2), ["list", "list-1"]);
});

Deno.test("a stream that ends is taken up from the last version that was seen, bookmarks included", async () => {
  const source = new FakeSource([() => []], [
    () => [event("ADDED", "a", "3")],
    () => [{ type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } }],
  ]);
  assert.deepEqual(await source.said(), ["ADDED a@3"]);
  assert.deepEqual(source.asked, ["list", "list-1", "3", "9"]);
  assert.deepEqual(source.delays, [250]); // the last one's, which is an empty stream
});

Deno.test("after a 410 only what the new list says otherwise is told", async () => {
  const source = new FakeSource([
    () => [object("same", "1"), object("changed", "1"), object("vanished", "1")],
    () => [object("same", "1"), object("changed", "2"), object("new", "3")],
  ], [() => [event("ADDED", "later", "2"), gone]]);
  assert.deepEqual((await source.said()).slice(3), [
    "ADDED later@2",
    "DELETED vanished@1",
    "DELETED later@2",
    "MODIFIED changed@2",
    "ADDED new@3",
  ]);
});

Deno.test("what vanished is told once, whatever lists follow", async () => {
  const source = new FakeSource([() => [object("a", "1")], () => []], [
    () => [event("ADDED", "b", "2"), gone],
    () => [event("ADDED", "c", "3"), gone],
  ]);
  assert.deepEqual(await source.said(), [
    "ADDED a@1",
    "ADDED b@2",
    "DELETED a@1",
    "DELETED b@2",
    "ADDED c@3",
    "DELETED c@3",
  ]);
});

Deno.test("an object that was made anew under its name is another one", async () => {
  const source = new FakeSource([
    () => [object("a", "1", "uid-1")],
    () => [object("a", "2", "uid-2")],
  ], [() => [event("ADDED", "b", "2"), gone]]);
  assert.deepEqual((await source.said()).slice(2), ["DELETED a@1", "DELETED b@2", "ADDED a@2"]);
});

Deno.test("a server that answers every watch with an error at once is not asked without a pause", async () => {
  const source = new FakeSource([() => []], [() => [gone], () => [gone]]);
  await source.said();
  assert.deepEqual(source.delays, [250, 250, 250]);
  assert.deepEqual(source.asked.filter((one) => one === "list").length, 3);
});

Deno.test("a server that hangs up at once is asked again after a pause, without a new list", async () => {
  const source = new FakeSource([() => []], [() => [], () => [], () => [event("ADDED", "a", "2")]]);
  assert.deepEqual(await source.said(), ["ADDED a@2"]);
  assert.deepEqual(source.delays, [250, 250, 250]);
  assert.deepEqual(source.asked.filter((one) => one === "list").length, 1);
});

Deno.test("a connection that breaks is made anew by a list, and nothing is told twice", async () => {
  const source = new FakeSource([() => [object("a", "1")]], [
    () => [event("ADDED", "b", "2"), new TypeError("error reading a body from connection")],
    () => [],
  ]);
  source.onDelay = () => source.delays.length > 1 && source.stop.abort();
  assert.deepEqual(await source.said(), ["ADDED a@1", "ADDED b@2", "DELETED b@2"]);
  assert.deepEqual(source.asked, ["list", "list-1", "list", "list-3"]);
});

Deno.test("a line that was cut with its connection is nobody's error", async () => {
  const cut = new FakeSource([() => [object("a", "1")]]);
  let streams = 0;
  cut.stream = () => {
    if (streams++ > 0) cut.stop.abort();
    const text = streams === 1 ? '{"type":"MODIFIED","obj' : "";
    return Promise.resolve(new Response(text).body!);
  };
  assert.deepEqual(await cut.said(), ["ADDED a@1"]);
  assert.deepEqual(cut.asked, ["list", "list"]);
});

Deno.test("a server that is away is asked again later and later, and given up after a minute", async () => {
  const away = new UnreachableError("away");
  const source = new FakeSource([() => Promise.reject(away)]);
  await assert.rejects(source.said(), away);
  assert.deepEqual(source.delays.slice(0, 7), [250, 500, 1000, 2000, 4000, 5000, 5000]);
  const waitedMs = source.delays.reduce((sum, ms) => sum + ms, 0);
  assert.ok(waitedMs >= 60_000 && waitedMs < 70_000, `${waitedMs} ms`);
});

Deno.test("an answer in between makes the watch patient again", async () => {
  let lists = 0;
  const source = new FakeSource([() => {
    if (++lists % 10 !== 0) throw new UnreachableError("away");
    return lists === 30 ? no(403) : [];
  }], [() => no(500), () => no(500)]);
  await assert.rejects(source.said(), /Cannot list Pods/);
  assert.deepEqual([source.delays[0], source.delays[9], source.delays[10]], [250, 250, 500]);
});

for (const code of [410, 429, 500, 503]) {
  Deno.test(`a ${code} passes`, async () => {
    let lists = 0;
    const source = new FakeSource([() => ++lists === 1 ? no(code) : [object("a", "1")]]);
    assert.deepEqual(await source.said(), ["ADDED a@1"]);
  });
}

for (const code of [401, 403, 404]) {
  Deno.test(`a ${code} ends the watch`, async () => {
    const source = new FakeSource([() => no(code)]);
    await assert.rejects(source.said(), { message: /^Cannot list Pods: / });
    assert.deepEqual(source.delays, []);
  });
}

Deno.test("an abort ends it without an error: before it, while it waits, and while it reads", async () => {
  const before = new FakeSource([() => []]);
  before.stop.abort();
  assert.deepEqual(await before.said(), []);
  assert.deepEqual(before.asked, []);

  const waiting = new FakeSource([() => Promise.reject(new UnreachableError("away"))]);
  waiting.onDelay = () => waiting.stop.abort();
  assert.deepEqual(await waiting.said(), []);

  const reading = new FakeSource([() => [object("a", "1")]]);
  reading.stream = () =>
    Promise.resolve(
      new ReadableStream({
        pull(controller) {
          reading.stop.abort();
          controller.error(new DOMException("aborted", "AbortError"));
        },
      }),
    );
  assert.deepEqual(await reading.said(), ["ADDED a@1"]);
});
