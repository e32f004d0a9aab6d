/** Watches over streams that fall silent, lie or never end. */
import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import type { Stored } from "../../../src/kube/interface.ts";
import { refused, UnreachableError } from "../../../src/kube/status.ts";
import { watch } from "../../../src/kube/watch.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { event, FakeSource, object } from "./watch_stage.ts";

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

/** Starts a watch whose streams stay open. Returns the streams and the events so far. */
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
    if (minute % 17 === 0) { // the connection is dead, and its events are lost
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
        /^Cannot watch Pods: the server's answer is (not a watch event|a line of)/,
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
