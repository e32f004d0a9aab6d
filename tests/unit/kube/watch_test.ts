import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import { type KubeObject, PODS, type Stored } from "../../../src/kube/interface.ts";
import { refused, UnreachableError } from "../../../src/kube/status.ts";
import { watch, type WatchSource } from "../../../src/kube/watch.ts";
import { Alarms, LIMIT_MS, turn, until } from "../../support/fake_transport.ts";

type Play = () => unknown[] | Promise<unknown[]>;

/** A server that answers each list and each stream with the next of those given. */
class FakeSource implements WatchSource<KubeObject> {
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

function object(name: string, resourceVersion: string, uid = name): Stored {
  return { metadata: { name, namespace: "default", uid, resourceVersion } };
}

function event(type: string, name: string, resourceVersion: string) {
  return { type, object: object(name, resourceVersion) };
}

const gone = { type: "ERROR", object: { code: 410, message: "too old resource version" } };

function no(code: number): never {
  throw refused({ verb: "list", kind: "Pod", server: "s" }, { code, message: "no" });
}

Deno.test("existing objects come as ADDED, then each change since the version of the list", async () => {
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

Deno.test("after the end of a stream the watch continues from the last version, bookmarks included", async () => {
  const source = new FakeSource([() => []], [
    () => [event("ADDED", "a", "3")],
    () => [{ type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } }],
  ]);
  assert.deepEqual(await source.said(), ["ADDED a@3"]);
  assert.deepEqual(source.asked, ["list", "list-1", "3", "9"]);
  assert.deepEqual(source.delays, [250]); // the last one's, which is an empty stream
});

Deno.test("after a 410 only the differences of the new list are reported", async () => {
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

Deno.test("a deleted object is reported once, even by several lists", async () => {
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

Deno.test("an object that was recreated under its name is a different one", async () => {
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

Deno.test("a stream that ends at once is requested again after a pause, without a new list", async () => {
  const source = new FakeSource([() => []], [() => [], () => [], () => [event("ADDED", "a", "2")]]);
  assert.deepEqual(await source.said(), ["ADDED a@2"]);
  assert.deepEqual(source.delays, [250, 250, 250]);
  assert.deepEqual(source.asked.filter((one) => one === "list").length, 1);
});

Deno.test("after a broken connection the watch lists again, and reports nothing twice", async () => {
  const source = new FakeSource([() => [object("a", "1")]], [
    () => [event("ADDED", "b", "2"), new TypeError("error reading a body from connection")],
    () => [],
  ]);
  source.onDelay = () => source.delays.length > 1 && source.stop.abort();
  assert.deepEqual(await source.said(), ["ADDED a@1", "ADDED b@2", "DELETED b@2"]);
  assert.deepEqual(source.asked, ["list", "list-1", "list", "list-3"]);
});

Deno.test("a line that was cut with its connection is no error", async () => {
  const cut = new FakeSource([() => [object("a", "1")]]);
  let streams = 0;
  cut.stream = () => {
    if (streams++ > 0) cut.stop.abort();
    const text = streams === 1 ? '{"type":"MODIFIED","obj' : "";
    return Promise.resolve(new Response(text).body!);
  };
  assert.deepEqual(await cut.said(), ["ADDED a@1"]);
  assert.deepEqual(cut.asked, ["list"], "it is watched on from there");
  assert.equal(streams, 2);
});

Deno.test("an unreachable server is asked at growing intervals, and given up after a minute", async () => {
  const away = new UnreachableError("away");
  const source = new FakeSource([() => Promise.reject(away)]);
  await assert.rejects(source.said(), away);
  assert.deepEqual(source.delays.slice(0, 7), [250, 500, 1000, 2000, 4000, 5000, 5000]);
  const waitedMs = source.delays.reduce((sum, ms) => sum + ms, 0);
  assert.ok(waitedMs >= 60_000 && waitedMs < 70_000, `${waitedMs} ms`);
});

Deno.test("an answer in between resets the patience of the watch", async () => {
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

/** A stream that stays open until it is cancelled, and what a test sends over it. */
class OpenStream {
  isCancelled = false;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly body = new ReadableStream<Uint8Array>({
    start: (controller) => void (this.#controller = controller),
    cancel: () => void (this.isCancelled = true),
  });

  send(line: unknown): void {
    this.#controller.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  }

  end(): void {
    this.#controller.close();
  }
}

/** A watch whose streams stay open: those of now, and what it has said. */
function watching(list: Stored[] = []) {
  const source = new FakeSource([() => list]);
  const streams: OpenStream[] = [];
  source.stream = (resourceVersion) => {
    source.asked.push(resourceVersion);
    streams.push(new OpenStream());
    return Promise.resolve(streams.at(-1)!.body);
  };
  const said: string[] = [];
  const done = (async () => {
    for await (const { type, object } of watch(source, source.stop.signal)) {
      said.push(`${type} ${object.metadata.name}@${object.metadata.resourceVersion}`);
    }
  })();
  done.catch(() => {});
  const pass = async (seconds: number) => {
    source.limits.advance(seconds * 1000);
    await turn();
  };
  return { source, streams, said, done, pass };
}

Deno.test("a stream without a line for 90 seconds is replaced, from its last version", async () => {
  const { source, streams, said, done, pass } = watching([object("a", "1")]);
  await until(() => streams.length === 1);
  streams[0].send(event("MODIFIED", "a", "5"));
  await until(() => said.length === 2);
  await pass(45); // it was not silent since the look before
  await pass(45);
  assert.equal(streams[0].isCancelled, false);
  await pass(45);
  await until(() => streams.length === 2);
  assert.equal(streams[0].isCancelled, true);
  assert.deepEqual(source.asked, ["list", "list-1", "5"]);
  streams[1].send(event("MODIFIED", "a", "6"));
  await until(() => said.length === 3);
  source.stop.abort();
  await done;
  assert.deepEqual(said, ["ADDED a@1", "MODIFIED a@5", "MODIFIED a@6"]);
});

Deno.test("bookmarks keep a quiet watch alive until its server ends it", async () => {
  const { source, streams, said, done, pass } = watching();
  await until(() => streams.length === 1);
  for (let minutes = 1; minutes <= 4; minutes++) {
    await pass(30);
    streams[0].send({ type: "BOOKMARK", object: { metadata: { resourceVersion: `${minutes}` } } });
    await turn();
    await pass(30);
  }
  assert.deepEqual([streams.length, said], [1, []]);
  source.stop.abort();
  await done;
});

Deno.test("two hours of a watch, renewed each five minutes and dead now and then: nothing is lost or doubled", async () => {
  const { source, streams, said, done, pass } = watching();
  const expected: string[] = [];
  await until(() => streams.length === 1);
  for (let minute = 1; minute <= 120; minute++) {
    const stream = streams.at(-1)!;
    const version = `${minute}`;
    if (minute % 17 === 0) { // it died: its server says nothing more, and what happened comes later
      await pass(45);
      await pass(45);
      await pass(45);
      await until(() => streams.at(-1) !== stream);
    }
    if (minute % 3 === 0) {
      streams.at(-1)!.send(event("ADDED", `o${minute}`, version));
      expected.push(`ADDED o${minute}@${version}`);
    } else {
      streams.at(-1)!.send({
        type: "BOOKMARK",
        object: { metadata: { resourceVersion: version } },
      });
    }
    await pass(60);
    if (minute % 5 === 0) {
      const open = streams.at(-1)!;
      open.end();
      await until(() => streams.at(-1) !== open);
      assert.equal(source.asked.at(-1), version);
    }
  }
  source.stop.abort();
  await done;
  assert.deepEqual(said, expected);
  assert.deepEqual(source.asked.filter((one) => one === "list"), ["list"]);
});

for (
  const [what, line] of [
    ["no JSON", "<html>"],
    ["no object", "5"],
    ["null", "null"],
    ["of no known type", '{"type":"SHOUTED","object":{"metadata":{"name":"a"}}}'],
    ["without an object", '{"type":"ADDED"}'],
    ["with an object without a name", '{"type":"ADDED","object":{"metadata":{}}}'],
    ["with an object of another shape", '{"type":"ADDED","object":{"metadata":{"name":5}}}'],
    ["longer than 8 MiB", "x".repeat((8 << 20) + 1)],
  ]
) {
  Deno.test(`a watch whose lines are ${what} is tried three times, then fails`, async () => {
    const source = new FakeSource([() => []]);
    source.stream = () => Promise.resolve(new Response(`${line}\n`).body!);
    await assert.rejects(source.said(), (error: Error) => {
      assert.ok(error instanceof ClusterError);
      assert.match(
        error.message,
        /^Cannot watch Pods: the server's answer is (no watch event|a line of)/,
      );
      return true;
    });
    assert.equal(source.asked.length, 3);
  });
}

Deno.test("an endless line of a watch is not read forever", async () => {
  const source = new FakeSource([() => []]);
  let sentBytes = 0;
  source.stream = () =>
    Promise.resolve(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          sentBytes += 1 << 20;
          controller.enqueue(new Uint8Array(1 << 20).fill(120));
        },
      }),
    );
  await assert.rejects(source.said(), /^ClusterError|Cannot watch Pods/);
  assert.ok(sentBytes < 40 << 20, `${sentBytes}`);
});

Deno.test("an overloaded server gets the wait that it asks for", async () => {
  const busy = refused({ verb: "list", kind: "Pod", server: "s" }, { code: 429 }, 7_000);
  const source = new FakeSource([() => Promise.reject(busy), () => []]);
  await source.said();
  assert.equal(source.delays[0], 7_000);
});

Deno.test("an abort ends a watch without an error: before it, while it waits, and while it reads", async () => {
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

Deno.test("a server whose answers each take half a minute is given up after a minute", async () => {
  let tries = 0;
  const source: FakeSource = new FakeSource([
    async () => {
      tries++;
      source.limits.advance(31_000);
      await turn();
      throw new UnreachableError("no answer");
    },
  ]);
  await assert.rejects(source.said(), UnreachableError);
  assert.equal(tries, 3);
});
