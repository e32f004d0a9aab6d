import assert from "node:assert/strict";
import { UnreachableError } from "../../../src/kube/status.ts";
import { event, FakeSource, gone, no, object } from "./watch_stage.ts";

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
