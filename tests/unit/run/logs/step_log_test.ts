import assert from "node:assert/strict";
import { refused, UnreachableError } from "../../../../src/kube/status.ts";
import { stepLog } from "../../../../src/run/logs/step_log.ts";
import { FakeClock } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import type { FakeLog } from "../../../support/fake_log.ts";
import { until } from "../../../support/fake_transport.ts";

const PLACE = { namespace: "default", pod: "p", container: "step-a" };

function refusal(code: number): Error {
  const what = { verb: "read the logs of", kind: "Pod", name: "p", server: "s" };
  return refused(what, { code, message: "no" });
}

/** Follows a log whose first requests fail with `refusals`; the clock may advance by itself. */
function follow(
  {
    refusals = [] as Error[],
    signal = new AbortController().signal,
    isAutomatic = true,
    hasEnded = (): boolean => false,
    turn = undefined as Promise<void> | undefined,
  } = {},
) {
  const kube = new FakeKube();
  const clock = new FakeClock();
  clock.isAutomatic = isAutomatic;
  const log: FakeLog = kube.log("p", "step-a");
  log.refusals.push(...refusals);
  const read: string[] = [];
  const done = (async () => {
    for await (
      const pieces of stepLog({
        kube,
        clock,
        container: PLACE,
        hasContainerEnded: hasEnded,
        turn,
        signal,
      })
    ) {
      for (const piece of pieces) {
        if (piece.isStart) read.push(piece.text);
        else read[read.length - 1] += piece.text;
      }
    }
  })();
  done.catch(() => {});
  return { log, read, done, clock };
}

/** Returns the lines if the connection breaks after `before`, and `after` is written then. */
async function broken(before: string[], after: string[]): Promise<string[]> {
  const { log, read, done } = follow();
  await until(() => log.openCount === 1);
  for (const line of before) log.say(line);
  await until(() => read.length === before.length);
  log.break();
  for (const line of after) log.say(line);
  await until(() => log.openCount === 1);
  log.end();
  await done;
  return read;
}

Deno.test("lines arrive without their timestamps, an empty line as an empty text", async () => {
  const { log, read, done } = follow();
  log.say("2026-01-02T03:04:05.000000001Z a  b ");
  log.say("2026-01-02T03:04:05.000000002Z ");
  log.say("2026-01-02T03:04:05.000000003Z c");
  log.end();
  await done;
  assert.deepEqual(read, ["a  b ", "", "c"]);
});

Deno.test("the first request begins at the start, the next a second before the last line", async () => {
  const { log, read, done } = follow();
  log.say("2026-01-02T03:04:05.900000000Z a");
  await until(() => read.length === 1);
  log.break();
  await until(() => log.asked.length === 2 && log.openCount === 1);
  log.end();
  await done;
  const [first, second] = log.asked;
  assert.deepEqual([first.follow, first.timestamps, first.sinceTime], [true, true, undefined]);
  assert.equal(second.sinceTime, "2026-01-02T03:04:04Z");
});

Deno.test("after a break no line is repeated and no line is lost", async () => {
  assert.deepEqual(
    await broken([
      "2026-01-02T03:04:05.100000000Z a",
      "2026-01-02T03:04:05.200000000Z b",
    ], [
      "2026-01-02T03:04:05.300000000Z c",
      "2026-01-02T03:04:06.000000000Z d",
    ]),
    ["a", "b", "c", "d"],
  );
});

Deno.test("lines of the same timestamp are counted", async () => {
  const at = (line: string) => `2026-01-02T03:04:05.100000000Z ${line}`;
  assert.deepEqual(await broken([at("a"), at("a"), at("b")], [at("a"), at("c")]), [
    "a",
    "a",
    "b",
    "a",
    "c",
  ]);
});

Deno.test("timestamps with trimmed fractions are compared as times, not as text", async () => {
  assert.deepEqual(
    await broken([
      "2026-01-02T03:04:05Z a",
      "2026-01-02T03:04:05.1Z b",
      "2026-01-02T03:04:05.15Z c",
    ], ["2026-01-02T03:04:05.2Z d", "2026-01-02T03:04:06Z e"]),
    ["a", "b", "c", "d", "e"],
  );
});

Deno.test("a line with an earlier timestamp than the line before it is not lost", async () => {
  const early = "2026-01-02T03:04:05.100000000Z early";
  const late = "2026-01-02T03:04:05.200000000Z late";
  assert.deepEqual(await broken([late, early], ["2026-01-02T03:04:05.300000000Z more"]), [
    "late",
    "early",
    "more",
  ]);
});

Deno.test("a line that is older than the last line, and arrives after a break, is not lost", async () => {
  const late = "2026-01-02T03:04:05.000001000Z late";
  const early = "2026-01-02T03:04:04.999999000Z early";
  const { log, read, done } = follow();
  log.say(late);
  await until(() => read.length === 1);
  log.break();
  log.say(early);
  await until(() => read.length === 2);
  log.break();
  await until(() => log.asked.length === 3 && log.openCount === 1);
  log.end();
  await done;
  assert.deepEqual(read, ["late", "early"]);
});

Deno.test("for a node with its own time zone, requests are in UTC", async () => {
  const { log, read, done } = follow();
  log.say("2026-01-02T03:04:05.100000000+05:30 a");
  await until(() => read.length === 1);
  log.break();
  log.say("2026-01-02T03:04:05.200000000+05:30 b");
  await until(() => read.length === 2);
  log.end();
  await done;
  assert.deepEqual(read, ["a", "b"]);
  assert.equal(log.asked[1].sinceTime, "2026-01-01T21:34:04Z");
});

Deno.test("after a server hangs up in the middle, the rest is requested at once", async () => {
  const { log, read, done, clock } = follow();
  log.say("a");
  await until(() => read.length === 1);
  log.hangUp();
  await until(() => log.openCount === 1);
  log.say("b");
  log.end();
  await done;
  assert.deepEqual(read, ["a", "b"]);
  assert.deepEqual(clock.delays, []);
});

Deno.test("requests are repeated for a container that has not started and a server out of reach", async () => {
  const refusals = [refusal(400), new UnreachableError("away"), refusal(500)];
  const { log, read, done, clock } = follow({ refusals });
  log.say("a");
  log.end();
  await done;
  assert.deepEqual(read, ["a"]);
  assert.deepEqual(clock.delays, [500, 500, 500]);
});

Deno.test("a deleted pod ends the log without an error", async () => {
  const { log, read, done } = follow();
  await until(() => log.openCount === 1);
  log.say("a");
  await until(() => read.length === 1);
  log.refusals.push(refusal(404));
  log.break();
  await done;
  assert.deepEqual(read, ["a"]);
});

Deno.test("a missing right is an error at once", async () => {
  const { done, clock } = follow({ refusals: [refusal(403)] });
  await assert.rejects(done, /Cannot read the logs of Pod "p"/);
  assert.deepEqual(clock.delays, []);
});

Deno.test("an error that is not of the network is thrown at once, also after lines", async () => {
  const { log, read, done, clock } = follow();
  log.say("a");
  await until(() => read.length === 1);
  log.break(new RangeError("a bug"));
  await assert.rejects(done, /a bug/);
  assert.deepEqual(clock.delays, []);
});

Deno.test("a log before its turn is requested, read once it has come, and not given up for its silence", async () => {
  const turn = Promise.withResolvers<void>();
  const { log, read, done, clock } = follow({
    isAutomatic: false,
    hasEnded: () => true,
    turn: turn.promise,
  });
  log.say("a");
  await until(() => log.openCount === 1);
  clock.advance(60_000);
  assert.deepEqual(read, []);
  turn.resolve();
  await until(() => read.length === 1);
  log.end();
  await done;
  assert.equal(log.asked.length, 2, "the second finds the container's log at its end");
});

Deno.test("a log whose turn does not come is closed", async () => {
  for (const how of ["an abort", "a failure of an earlier log"]) {
    const turn = Promise.withResolvers<void>();
    const stop = new AbortController();
    const { log, done } = follow({ signal: stop.signal, turn: turn.promise });
    await until(() => log.openCount === 1);
    if (how === "an abort") stop.abort(new Error(how));
    else turn.reject(new Error(how));
    await assert.rejects(done, new RegExp(how));
    assert.equal(log.openCount, 0);
  }
});

Deno.test("after twenty failures without a line between them the log is given up", async () => {
  const { done, clock } = follow({ refusals: Array.from({ length: 30 }, () => refusal(400)) });
  await assert.rejects(done, /Cannot read the logs/);
  assert.equal(clock.delays.length, 20);
});

Deno.test("a line between failures restarts the patience", async () => {
  const refusals = Array.from({ length: 20 }, () => refusal(400));
  const { log, read, done } = follow({ refusals });
  await until(() => log.openCount === 1);
  log.say("a");
  await until(() => read.length === 1);
  log.refusals.push(...refusals);
  log.break();
  await until(() => log.openCount === 1);
  log.end();
  await done;
});

Deno.test("an abort ends the log with its reason, and cancels the stream", async () => {
  const stop = new AbortController();
  const { log, done } = follow({ signal: stop.signal });
  await until(() => log.openCount === 1);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(done, reason);
  assert.equal(log.openCount, 0);
});

Deno.test("an impossible timestamp makes no line, and no exception", async () => {
  const { log, read, done } = follow();
  log.say("2026-99-02T03:04:05.000000000+01:00 x");
  log.say("2026-01-02T03:04:05.000000000Z a");
  log.end();
  await done;
  assert.deepEqual(read, ["a"]);
});

Deno.test("the kubelet's own messages are no lines of the log, nor a time to resume from", async () => {
  const { log, read, done } = follow();
  await until(() => log.openCount === 1);
  log.say("one");
  log.sayOwn("unable to retrieve container logs for containerd://5b3");
  await until(() => read.length === 1);
  log.break();
  await until(() => log.openCount === 1);
  log.end();
  await done;
  assert.deepEqual(read, ["one"]);
  assert.deepEqual(log.asked.map(({ sinceTime }) => sinceTime).slice(0, 2), [
    undefined,
    "2026-01-02T03:03:59Z",
  ]);
});

for (const code of [408, 429, 502, 503, 504]) {
  Deno.test(`after a ${code} the log is requested again`, async () => {
    const { log, read, done } = follow({ refusals: [refusal(code)] });
    log.say("a");
    log.end();
    await done;
    assert.deepEqual(read, ["a"]);
  });
}

Deno.test("an overloaded server is left alone for as long as it asks", async () => {
  const what = { verb: "read the logs of", kind: "Pod", name: "p", server: "s" };
  const busy = refused(what, { code: 429, message: "busy" }, 7_000);
  const { log, done, clock } = follow({ refusals: [busy] });
  log.end();
  await done;
  assert.deepEqual(clock.delays, [7_000]);
});

Deno.test("a server that keeps failing is given up after a minute", async () => {
  const { done, clock } = follow({ refusals: Array.from({ length: 300 }, () => refusal(503)) });
  await assert.rejects(done, /Cannot read the logs/);
  assert.equal(clock.delays.reduce((sum, ms) => sum + ms, 0), 60_000);
});

Deno.test("a log that is silent for a minute is requested again, without losing or repeating a line", async () => {
  const { log, read, done, clock } = follow({ isAutomatic: false });
  await until(() => log.openCount === 1);
  log.say("a");
  await until(() => read.length === 1);
  for (let minute = 1; minute <= 120; minute++) {
    clock.advance(60_000);
    await until(() => log.asked.length === minute + 1 && log.openCount === 1);
    if (minute % 10 === 0) {
      log.say(`${minute}`);
      await until(() => read.at(-1) === `${minute}`);
    }
  }
  log.end();
  await done;
  assert.deepEqual(read, ["a", ...Array.from({ length: 12 }, (_, at) => `${(at + 1) * 10}`)]);
  assert.ok(log.asked.every(({ follow }) => follow));
});

Deno.test("a log whose connection loses all bytes is read to its end ten seconds after its container", async () => {
  let hasEnded = false;
  const { log, read, done, clock } = follow({ isAutomatic: false, hasEnded: () => hasEnded });
  await until(() => log.openCount === 1);
  log.say("a");
  await until(() => read.length === 1);
  log.swallow();
  log.say("b");
  log.say("c");
  hasEnded = true;
  clock.advance(5_000);
  assert.equal(log.asked.length, 1);
  clock.advance(5_000);
  await done;
  assert.deepEqual(read, ["a", "b", "c"]);
  assert.deepEqual(log.asked.map(({ follow }) => follow), [true, false]);
});

Deno.test("a log request without any answer ends likewise", async () => {
  const { log, read, done, clock } = follow({ isAutomatic: false, hasEnded: () => true });
  await until(() => log.openCount === 1);
  log.swallow();
  log.say("a");
  clock.advance(10_000);
  await done;
  assert.deepEqual(read, ["a"]);
});

Deno.test("a proxy that ends silent connections does not end the log", async () => {
  const { log, read, done, clock } = follow({ isAutomatic: false });
  await until(() => log.openCount === 1);
  for (let times = 2; times <= 4; times++) {
    clock.advance(50_000);
    log.hangUp();
    await until(() => log.asked.length === times && log.openCount === 1);
  }
  log.say("a");
  await until(() => read.length === 1);
  log.end();
  await done;
});

Deno.test("a long line arrives in pieces, and resumes after a break where it stopped", async () => {
  const { log, read, done } = follow();
  await until(() => log.openCount === 1);
  log.say("2026-01-02T03:04:05.100000000Z short");
  const million = "x".repeat(1 << 20);
  log.sayPart(`2026-01-02T03:04:05.200000000Z ${million}`);
  await until(() => read.length === 2);
  log.break();
  await until(() => log.openCount === 1);
  log.sayPart("yyy");
  log.sayPart("zzz\n");
  log.say("2026-01-02T03:04:05.300000000Z next");
  log.end();
  await done;
  assert.deepEqual(read.map((line) => line.length), [5, million.length + 6, 4]);
  assert.equal(read[1], `${million}yyyzzz`);
});
