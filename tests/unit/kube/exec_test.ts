import assert from "node:assert/strict";
import { ClusterError, TransferError, UsageError } from "../../../src/errors.ts";
import { NoExec } from "../../../src/kube/exec/refusals.ts";
import { Channel } from "../../../src/kube/frames.ts";
import { ConnectError } from "../../../src/kube/transport.ts";
import { status, turn, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import {
  bytes,
  openStdin,
  refusing,
  serving,
  start,
  stdinOf,
  SUCCESS,
  V4,
  V5,
} from "./exec_stage.ts";

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
    await rejection(start(transport, { stdin: stream }), NoExec),
    `Cannot end stdin in pod "p": the server speaks only ${V4}\n` +
      "Kubernetes 1.30 and later speak v5; --exec-protocol=spdy works on every version",
  );
  assert.deepEqual(transport.sockets[0].sent, []);
  assert.deepEqual(state, { reads: 0, cancelled: true });
});

Deno.test("a command that ends with its stdin needs no half-close: the connection ends", async () => {
  const transport = serving(() => {}, V4);
  const { stream } = stdinOf(["ab"]);
  assert.match(
    await rejection(start(transport, { stdin: stream, endsWithStdin: true }), ClusterError),
    /: connection lost/,
  );
  assert.deepEqual(transport.sockets[0].sent.map((message) => [...message]), [[0, 97, 98]]);
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
    throw new ConnectError("connection refused", { hint: "is it up?" });
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
    'Cannot exec into Pod "p": https://cluster.test lets no exec through: ' +
      "websocket: the connection was closed without an answer\n" +
      "--exec-protocol=auto tries both ways; what stands before the API server must pass on " +
      "upgrades; compare: kubectl exec -n ns p -c step-a -- true",
  );
  assert.equal(transport.sockets.length, 2);
});

Deno.test("the answer to the upgrade itself says why it is refused", async () => {
  const transport = refusing(upgradeRequired);
  transport.onSocket = (socket) =>
    socket.refuse(status(403, 'User "dev" cannot create resource "pods/exec" in API group ""'));
  assert.match(
    await rejection(start(transport), ClusterError),
    /: user "dev" may not create pods\/exec in namespace "ns" \(403 Forbidden\)\n/,
  );
  transport.onSocket = (socket) =>
    socket.refuse(new Response('container not found ("step-a")\n', { status: 500 }));
  assert.deepEqual(await start(transport), { message: 'container not found ("step-a")' });
  assert.deepEqual(transport.requests, []);
});

Deno.test("after a 401 a plain request renews the token, and the upgrade is tried once more", async () => {
  const transport = refusing(upgradeRequired);
  transport.onSocket = (socket) => socket.refuse(status(401, "Unauthorized"));
  assert.match(await rejection(start(transport), ClusterError), /\(401 Unauthorized\)\n/);
  assert.equal(transport.sockets.length, 2);
  assert.equal(transport.requests.length, 1 + 1);
});
