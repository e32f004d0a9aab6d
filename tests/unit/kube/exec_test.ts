import assert from "node:assert/strict";
import { ClusterError, TransferError, UsageError } from "../../../src/errors.ts";
import { exec } from "../../../src/kube/exec.ts";
import { Channel } from "../../../src/kube/frames.ts";
import type { ExecOptions } from "../../../src/kube/interface.ts";
import {
  type FakeSocket,
  FakeTransport,
  status,
  turn,
  until,
} from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";

const V5 = "v5.channel.k8s.io";
const V4 = "v4.channel.k8s.io";
const SUCCESS = '{"metadata":{},"status":"Success"}';

const bytes = (text: string) => new TextEncoder().encode(text);

function start(transport: FakeTransport, options: Partial<ExecOptions> = {}) {
  const place = { namespace: "ns", pod: "p", container: "step-a", command: ["cat"] };
  return exec(transport, { ...place, ...options });
}

/** A server whose sockets open with that protocol and then do this. */
function serving(play: (socket: FakeSocket) => void, protocol = V5): FakeTransport {
  const transport = new FakeTransport();
  transport.onSocket = (socket) => {
    socket.open(protocol);
    play(socket);
  };
  return transport;
}

/** A stdin of these texts that tells whether it was given up. */
function stdinOf(texts: string[]) {
  const state = { reads: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = texts[state.reads++];
      if (text === undefined) controller.close();
      else controller.enqueue(bytes(text));
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { stream, state };
}

/** A stdin that has nothing to say and no end. */
function openStdin() {
  const state = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => {}),
    cancel: () => void (state.cancelled = true),
  });
  return { stream, state };
}

Deno.test("what a command writes arrives by channel, and its Status is the result", async () => {
  const transport = serving((socket) => {
    socket.say(Channel.stdout, "out");
    socket.probe();
    socket.say(Channel.stderr, "err");
    socket.say(Channel.stdout, "more");
    socket.say(Channel.error, SUCCESS);
  });
  const said: string[] = [];
  const decoder = new TextDecoder();
  const result = await start(transport, {
    onStdout: (part) => said.push(`out ${decoder.decode(part)}`),
    onStderr: (part) => said.push(`err ${decoder.decode(part)}`),
  });
  assert.deepEqual(result, { exitCode: 0, message: "" });
  assert.deepEqual(said, ["out out", "err err", "out more"]);
  const [socket] = transport.sockets;
  assert.equal(
    socket.path,
    "/api/v1/namespaces/ns/pods/p/exec?container=step-a&stdin=false" +
      "&stdout=true&stderr=true&command=cat",
  );
  assert.deepEqual(socket.protocols, [V5, V4]);
  assert.equal(socket.binaryType, "arraybuffer");
  assert.deepEqual(socket.sent, []);
  assert.equal(socket.readyState > 1, true);
});

Deno.test("an exit code and a command that can't be started are results, not errors", async () => {
  const causes = '{"causes":[{"reason":"ExitCode","message":"13"}]}';
  const failed = serving((socket) =>
    socket.say(Channel.error, `{"status":"Failure","message":"exit 13","details":${causes}}`)
  );
  assert.deepEqual(await start(failed), { exitCode: 13, message: "exit 13" });
  const message = "executable file not found in $PATH";
  const missing = serving((socket) =>
    socket.say(
      Channel.error,
      `{"status":"Failure","reason":"InternalError","message":"${message}"}`,
    )
  );
  assert.deepEqual(await start(missing), { exitCode: undefined, message });
});

Deno.test("a result that is not a Status is the message", async () => {
  const transport = serving((socket) => socket.say(Channel.error, "no JSON at all\n"));
  assert.deepEqual(await start(transport), { exitCode: undefined, message: "no JSON at all" });
});

Deno.test("stdin is sent in its order and then half-closed, once", async () => {
  const transport = serving((socket) => {
    socket.onSend = ([channel]) => {
      if (channel === Channel.close) socket.say(Channel.error, SUCCESS);
    };
  });
  const { stream } = stdinOf(["ab", "c"]);
  await start(transport, { stdin: stream });
  assert.deepEqual(transport.sockets[0].sent.map((message) => [...message]), [
    [0, 97, 98],
    [0, 99],
    [255, 0],
  ]);
});

Deno.test("a server that can't half-close is refused before anything is sent", async () => {
  const transport = serving(() => {}, V4);
  const { stream, state } = stdinOf(["ab"]);
  assert.equal(
    await rejection(start(transport, { stdin: stream }), ClusterError),
    `Cannot end stdin in pod "p": the server speaks only ${V4}\nKubernetes 1.30 and later speak v5`,
  );
  assert.deepEqual(transport.sockets[0].sent, []);
  assert.deepEqual(state, { reads: 0, cancelled: true });
});

Deno.test("a server that can't half-close is accepted without a stdin", async () => {
  const transport = serving((socket) => socket.say(Channel.error, SUCCESS), V4);
  assert.equal((await start(transport)).exitCode, 0);
});

Deno.test("stdin is not read while more than 1 MiB waits in the socket", async () => {
  const { stream, state } = stdinOf(["a", "b", "c"]);
  const readsInDelay: number[] = [];
  const transport = serving((socket) => {
    socket.onSend = ([channel]) => {
      if (channel === Channel.close) socket.say(Channel.error, SUCCESS);
      else socket.bufferedAmount = (1 << 20) + 1;
    };
  });
  transport.onDelay = () => {
    readsInDelay.push(state.reads);
    if (readsInDelay.length % 3 === 0) transport.sockets[0].bufferedAmount = 1 << 20;
  };
  await start(transport, { stdin: stream });
  assert.deepEqual(readsInDelay, [1, 1, 1, 2, 2, 2, 3, 3, 3]);
});

Deno.test("a command that ends early ends it: stdin is given up and the socket closed", async () => {
  const { stream, state } = openStdin();
  const transport = serving((socket) => setTimeout(() => socket.say(Channel.error, SUCCESS)));
  assert.equal((await start(transport, { stdin: stream })).exitCode, 0);
  await turn();
  assert.equal(state.cancelled, true);
  assert.equal(transport.sockets[0].readyState, 3);
});

Deno.test("a socket that closes while it is full gives stdin up too", async () => {
  const { stream, state } = stdinOf(["a", "b", "c"]);
  const transport = serving((socket) => socket.onSend = () => socket.bufferedAmount = 2 << 20);
  transport.onDelay = () => transport.sockets[0].end(1006);
  await assert.rejects(start(transport, { stdin: stream }));
  await until(() => state.cancelled);
  assert.equal(state.reads, 1);
});

Deno.test("a stdin that fails ends the command with its error", async () => {
  const error = new TransferError("Cannot read a file");
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes("a")),
    pull: (controller) => controller.error(error),
  }, { highWaterMark: 1 });
  const transport = serving(() => {});
  await assert.rejects(start(transport, { stdin: stream }), error);
  assert.equal(transport.sockets[0].readyState > 1, true);
});

Deno.test("a socket that closes without a Status is a lost connection", async () => {
  const lost = serving((socket) => socket.end(1006));
  assert.equal(
    await rejection(start(lost), ClusterError),
    'Cannot run a command in pod "p": connection lost (1006)\n' +
      "the pod may be gone, or the network interrupted",
  );
  const told = serving((socket) => socket.end(1011, "container is gone"));
  assert.match(await rejection(start(told), ClusterError), /: container is gone\n/);
});

/** A server that refuses every upgrade. */
function refusing(answer: FakeTransport["answer"]): FakeTransport {
  const transport = new FakeTransport();
  transport.onSocket = (socket) => socket.refuse();
  transport.answer = answer;
  return transport;
}

Deno.test("one plain request finds out why an upgrade was refused", async () => {
  const transport = refusing(() => status(404, 'pods "p" not found'));
  assert.match(
    await rejection(start(transport), ClusterError),
    /^Cannot exec into Pod "p": not found in namespace "ns"\n/,
  );
  assert.deepEqual(transport.requests.map(({ path }) => path), [transport.sockets[0].path]);
  assert.equal(transport.requests[0].init.method, undefined);
});

Deno.test("an unreachable server is reported as such", async () => {
  const transport = refusing(() => {
    throw new TypeError("tcp connect error: Connection refused (os error 111)");
  });
  assert.match(
    await rejection(start(transport), ClusterError),
    /^Cannot reach the cluster "https:\/\/cluster.test": connection refused\n/,
  );
});

Deno.test("an error about credentials is thrown as it is", async () => {
  const transport = refusing(() => {
    throw new UsageError("Cannot get the credentials");
  });
  assert.equal(await rejection(start(transport), UsageError), "Cannot get the credentials");
});

const upgradeRequired = () => status(400, "Upgrade request required", { reason: "BadRequest" });

Deno.test("an upgrade is tried once more if a plain request can't confirm the refusal: a token was renewed", async () => {
  const transport = refusing(upgradeRequired);
  transport.onSocket = (socket) => {
    if (transport.sockets.length === 1) return socket.refuse();
    socket.open();
    socket.say(Channel.error, SUCCESS);
  };
  const { stream } = openStdin();
  assert.equal((await start(transport, { stdin: stream })).exitCode, 0);
  assert.equal(transport.requests.length, 1);
});

Deno.test("if the second upgrade is refused too, websockets do not come through", async () => {
  const transport = refusing(upgradeRequired);
  assert.equal(
    await rejection(start(transport), ClusterError),
    'Cannot exec into Pod "p": no websocket to https://cluster.test can be opened\n' +
      "does a proxy stand in between that lets none through?",
  );
  assert.equal(transport.sockets.length, 2);
});

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
  const running = start(transport);
  running.catch(() => {});
  await until(() => transport.sockets.length === 1);
  await transport.advance(29_000);
  assert.equal(transport.sockets[0].readyState, 0);
  await transport.advance(1_000);
  assert.match(
    await rejection(running, ClusterError),
    /^Cannot reach the cluster "https:\/\/cluster.test": no answer in time\n/,
  );
  assert.equal(transport.sockets[0].readyState > 1, true);
  assert.deepEqual(transport.requests, [], "what did not answer is not asked for a reason");
});

Deno.test("a socket that never opens, because its credentials take too long, ends too", async () => {
  const transport = new FakeTransport();
  transport.socket = () => new Promise(() => {});
  const running = start(transport);
  running.catch(() => {});
  await turn();
  await transport.advance(30_000);
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
      await transport.advance(30_000);
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
  transport.socket = () => Promise.reject(new DOMException("Invalid URL", "SyntaxError"));
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
