/** The limits of an exec: aborts, deadlines and silences. */
import assert from "node:assert/strict";
import { ClusterError, TransferError } from "../../../src/errors.ts";
import { Channel } from "../../../src/kube/frames.ts";
import type { ExecOptions } from "../../../src/kube/interface.ts";
import { FakeTransport, status, turn, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { openStdin, refusing, serving, start, stdinOf, SUCCESS } from "./exec_stage.ts";

Deno.test("an exec whose signal has aborted sends no request", async () => {
  const transport = new FakeTransport();
  const reason = new Error("enough");
  await assert.rejects(start(transport, { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual(transport.sockets, []);
});

for (const isDeaf of [false, true]) {
  const network = isDeaf ? "over a network that is gone" : "over a network that answers";
  Deno.test(`aborted ${network}, it ends at once with the reason`, async () => {
    const transport = serving((socket) => socket.isDeaf = isDeaf);
    const { stream, state } = openStdin();
    const stop = new AbortController();
    const running = start(transport, { stdin: stream, signal: stop.signal });
    await until(() => transport.sockets[0]?.readyState === 1);
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(running, reason);
    assert.equal(transport.sockets[0].readyState > 1, true);
    await until(() => state.cancelled);
    assert.deepEqual(transport.requests, []);
  });

  Deno.test(`aborted while it connects ${network}, it asks for no reason`, async () => {
    const transport = new FakeTransport();
    transport.onSocket = (socket) => socket.isDeaf = isDeaf;
    const stop = new AbortController();
    const running = start(transport, { signal: stop.signal });
    await until(() => transport.sockets.length === 1);
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(running, reason);
    await turn();
    assert.deepEqual(transport.requests, []);
    assert.equal(transport.sockets[0].readyState > 1, true);
  });
}

Deno.test("aborted while the reason is asked for, the question is given up", async () => {
  const transport = refusing(({ init }) =>
    new Promise((_, reject) =>
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
    )
  );
  const stop = new AbortController();
  const running = start(transport, { signal: stop.signal });
  await until(() => transport.requests.length === 1);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(running, reason);
  assert.equal(transport.requests[0].init.signal!.aborted, true);
});

const noAnswer = (seconds: number) =>
  `Cannot run a command in pod "p": no answer for ${seconds} s\n` +
  "the network may be interrupted, or the node is gone";

Deno.test("a handshake without an answer ends after 30 seconds, and its socket with it", async () => {
  const transport = new FakeTransport();
  transport.onSocket = () => {};
  transport.answer = () => new Promise(() => {});
  const running = start(transport);
  running.catch(() => {});
  await until(() => transport.sockets.length === 1);
  await transport.advance(29_000);
  assert.equal(transport.sockets[0].readyState, 0);
  await transport.advance(1_000);
  assert.equal(transport.sockets[0].readyState > 1, true);
  await until(() => transport.requests.length === 1);
  await transport.advance(10_000);
  assert.match(
    await rejection(running, ClusterError),
    /^Cannot reach the cluster "https:\/\/cluster.test": no answer in time\n/,
  );
  assert.equal(transport.sockets.length, 1);
});

Deno.test("a socket that never opens, because its credentials take too long, ends too", async () => {
  const transport = new FakeTransport();
  transport.socket = () => new Promise(() => {});
  transport.answer = () => new Promise(() => {});
  const running = start(transport);
  running.catch(() => {});
  await turn();
  await transport.advance(30_000);
  await transport.advance(10_000);
  assert.match(await rejection(running, ClusterError), /: no answer in time\n/);
});

Deno.test("a refused upgrade whose reason never comes ends too", async () => {
  const transport = refusing(() => new Promise(() => {}));
  const running = start(transport);
  running.catch(() => {});
  await until(() => transport.requests.length === 1);
  await transport.advance(30_000);
  assert.match(await rejection(running, ClusterError), /: no answer in time\n/);
});

Deno.test("a command ends at its deadline, even if it prints until then", async () => {
  const transport = serving(() => {});
  const running = start(transport, { deadlineMs: 30_000 });
  running.catch(() => {});
  await until(() => transport.sockets[0]?.readyState === 1);
  await transport.advance(29_000);
  transport.sockets[0].say(Channel.stdout, "x");
  await transport.advance(1_000);
  assert.equal(await rejection(running, ClusterError), noAnswer(30));
  assert.equal(transport.sockets[0].readyState > 1, true);
});

Deno.test("a deadline includes the handshake", async () => {
  const transport = new FakeTransport();
  transport.onSocket = () => {};
  const running = start(transport, { deadlineMs: 20_000 });
  running.catch(() => {});
  await until(() => transport.sockets.length === 1);
  await transport.advance(20_000);
  assert.equal(await rejection(running, ClusterError), noAnswer(20));
  await until(() => transport.sockets[0].readyState > 1);
});

/** Runs a command with a silence of 60 s, opened; `tick` lets half of that pass. */
async function silence(options: Partial<ExecOptions>) {
  const transport = serving(() => {});
  const running = start(transport, { silenceMs: 60_000, ...options });
  let state = "running";
  const set = (to: string) => () => void (state = to);
  running.then(set("done"), set("failed"));
  await until(() => transport.sockets[0]?.readyState === 1);
  await turn();
  return {
    running,
    socket: transport.sockets[0],
    tick: async () => {
      for (let part = 0; part < 2; part++) await transport.advance(15_000);
      return state;
    },
  };
}

Deno.test("a command without a stdin is given up after a long silence", async () => {
  const { running, tick } = await silence({});
  assert.equal(await tick(), "running");
  assert.equal(await tick(), "failed");
  assert.equal(await rejection(running, ClusterError), noAnswer(60));
});

Deno.test("a command whose stdin has ended is given up after a long silence", async () => {
  const { tick, socket } = await silence({ stdin: stdinOf(["a"]).stream });
  await until(() => socket.sent.length === 2);
  assert.deepEqual([await tick(), await tick(), await tick()], ["running", "running", "failed"]);
});

Deno.test("any message ends a silence, even an empty one", async () => {
  const { tick, socket } = await silence({});
  for (let looks = 0; looks < 4; looks++) {
    assert.equal(await tick(), "running");
    socket.probe();
    assert.equal(await tick(), "running");
    socket.say(Channel.stderr, "x");
  }
  socket.say(Channel.error, SUCCESS);
  assert.equal(await tick(), "done");
});

Deno.test("silence is allowed while stdin is open and idle", async () => {
  const { tick, socket } = await silence({ stdin: openStdin().stream });
  for (let looks = 0; looks < 10; looks++) assert.equal(await tick(), "running");
  socket.say(Channel.error, SUCCESS);
  assert.equal(await tick(), "done");
});

Deno.test("silence counts while stdin waits for an answer", async () => {
  let isAwaited = false;
  const options = { stdin: openStdin().stream, isAwaited: () => isAwaited };
  const { tick } = await silence(options);
  assert.deepEqual([await tick(), await tick(), await tick()], ["running", "running", "running"]);
  isAwaited = true;
  assert.deepEqual([await tick(), await tick()], ["running", "failed"]);
});

Deno.test("silence counts while bytes of stdin wait, and not if some are taken", async () => {
  const { socket, tick } = await silence({ stdin: openStdin().stream });
  socket.bufferedAmount = 3_000;
  assert.equal(await tick(), "running");
  socket.bufferedAmount = 2_000;
  assert.equal(await tick(), "running");
  assert.equal(await tick(), "running");
  socket.bufferedAmount = 1_000;
  assert.equal(await tick(), "running");
  assert.deepEqual([await tick(), await tick()], ["running", "failed"]);
});

Deno.test("an idle connection is pinged, and given up if nothing answers, with a stdin or a terminal", async () => {
  async function* sizes() {
    yield { columns: 80, rows: 24 };
  }
  for (const terminal of [undefined, sizes()]) {
    const silenceMs = undefined;
    const options = { stdin: openStdin().stream, terminal, silenceMs };
    const { running, tick, socket } = await silence(options);
    socket.buffersPings = true;
    for (let looks = 0; looks < 5; looks++) assert.equal(await tick(), "running");
    assert.ok(socket.pings >= 5, `${socket.pings}`);
    socket.answersPings = false;
    for (let looks = 0; looks < 4; looks++) await tick();
    assert.equal(await rejection(running, ClusterError), noAnswer(60));
    assert.equal(socket.readyState > 1, true);
  }
});

Deno.test("a server that never answers pings is not given up for that", async () => {
  const { socket, tick } = await silence({ stdin: openStdin().stream, silenceMs: undefined });
  socket.answersPings = false;
  for (let looks = 0; looks < 10; looks++) assert.equal(await tick(), "running");
  assert.ok(socket.pings > 0);
});

Deno.test("a ping waits behind the bytes that a command does not read: it says nothing then", async () => {
  let enqueue = (_chunk: Uint8Array) => {};
  const stdin = new ReadableStream<Uint8Array>({
    start: (controller) => void (enqueue = (chunk) => controller.enqueue(chunk)),
  });
  const { socket, tick } = await silence({ stdin, silenceMs: undefined });
  assert.equal(await tick(), "running");
  enqueue(new Uint8Array(5000));
  await until(() => socket.sent.length > 0);
  socket.answersPings = false;
  for (let looks = 0; looks < 10; looks++) assert.equal(await tick(), "running");
});

Deno.test("a command that has ended leaves no limit running", async () => {
  const transport = serving((socket) => socket.say(Channel.error, SUCCESS));
  await start(transport, { silenceMs: 60_000, deadlineMs: 60_000 });
  await turn();
  assert.equal(transport.limitCount, 0);
});

Deno.test("an upgrade that a busy server refuses is tried again, as long after as it asks for", async () => {
  const transport = refusing(() =>
    new Response("", { status: 429, headers: { "retry-after": "3" } })
  );
  transport.onSocket = (socket) => {
    if (transport.sockets.length < 3) return socket.refuse();
    socket.open();
    socket.say(Channel.error, SUCCESS);
  };
  assert.equal((await start(transport)).exitCode, 0);
  assert.deepEqual(transport.delays, [3_000, 3_000]);
  const busy = refusing(() => status(503, "busy"));
  assert.match(await rejection(start(busy), ClusterError), /^Cannot exec into Pod "p": busy/);
  assert.equal(busy.sockets.length, 5);
});

Deno.test("a Status of another shape is a command that could not be started", async () => {
  const cases = [
    "null",
    "[]",
    "5",
    '{"status":"Failure","details":{"causes":[null]}}',
    '{"status":"Failure","details":{"causes":[{"reason":"ExitCode","message":"NaN"}]}}',
  ];
  for (const text of cases) {
    const transport = serving((socket) => socket.say(Channel.error, text));
    assert.equal((await start(transport)).exitCode, undefined, text);
  }
});

Deno.test("an address that is invalid for a websocket is an unreachable server", async () => {
  const transport = new FakeTransport();
  const invalid = new DOMException("Invalid URL", "SyntaxError");
  transport.socket = () => Promise.reject(invalid);
  transport.answer = () => Promise.reject(invalid);
  assert.match(await rejection(start(transport), ClusterError), /^Cannot reach the cluster/);
});

Deno.test("a consumer of output that fails ends the command with its error", async () => {
  const transport = serving((socket) => socket.say(Channel.stdout, "x"));
  const error = new TransferError("Cannot write stdout: no space left");
  await assert.rejects(
    start(transport, {
      onStdout: () => {
        throw error;
      },
    }),
    error,
  );
});
