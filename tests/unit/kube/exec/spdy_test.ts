import assert from "node:assert/strict";
import { ClusterError, TransferError } from "../../../../src/errors.ts";
import { encodeSynStream } from "../../../../src/kube/spdy/frames.ts";
import { FakeTransport, status, turn, until } from "../../../support/fake_transport.ts";
import { rejection } from "../../../support/refusal.ts";
import { bytes, openStdin, stdinOf } from "../exec_stage.ts";
import { serving, start, SUCCESS } from "./spdy_stage.ts";

Deno.test("what a command writes arrives by stream, and its Status is the result", async () => {
  const { transport, servers } = serving((server) => {
    server.say("stdout", "out");
    server.say("stderr", "err");
    server.say("stdout", "more", true);
    server.say("error", SUCCESS);
  });
  const said: string[] = [];
  const decoder = new TextDecoder();
  const result = await start(transport, {
    onStdout: (part) => said.push(`out ${decoder.decode(part)}`),
    onStderr: (part) => said.push(`err ${decoder.decode(part)}`),
  });
  assert.deepEqual(result, { exitCode: 0, message: "" });
  assert.deepEqual(said, ["out out", "err err", "out more"]);
  assert.deepEqual(transport.upgrades.map(({ path, options: { headers } }) => [path, headers]), [[
    "/api/v1/namespaces/ns/pods/p/exec?container=step-a&stdin=false" +
    "&stdout=true&stderr=true&command=cat",
    { "upgrade": "SPDY/3.1", "x-stream-protocol-version": "v4.channel.k8s.io" },
  ]]);
  assert.deepEqual(servers[0].opened, ["error", "stderr", "stdout"]);
  assert.equal(servers[0].isClosed, true);
});

Deno.test("the last stream is opened once the others are accepted: no command runs before", async () => {
  const { transport, servers } = serving((server) => server.say("error", SUCCESS));
  const upgrade = transport.onUpgrade;
  transport.onUpgrade = async (options) => {
    const upgraded = await upgrade(options);
    servers[0].accepts = false;
    return upgraded;
  };
  const running = start(transport, { stdin: openStdin().stream });
  await until(() => servers[0]?.opened.length === 3);
  for (const type of ["error", "stdin", "stderr"] as const) {
    await turn();
    assert.deepEqual(servers[0].opened, ["error", "stdin", "stderr"]);
    servers[0].accept(type);
  }
  assert.equal((await running).exitCode, 0);
  assert.deepEqual(servers[0].opened, ["error", "stdin", "stderr", "stdout"]);
});

Deno.test("an exit code and a command that can't be started are results, not errors", async () => {
  const causes = '{"causes":[{"reason":"ExitCode","message":"13"}]}';
  const failed = serving((server) =>
    server.say("error", `{"status":"Failure","message":"exit 13","details":${causes}}`)
  );
  assert.deepEqual(await start(failed.transport), { exitCode: 13, message: "exit 13" });
  const gone = serving();
  gone.transport.onUpgrade = () => ({
    refusal: new Response('container not found ("step-a")\n', { status: 500 }),
  });
  const message = 'container not found ("step-a")';
  assert.deepEqual(await start(gone.transport), { message });
});

Deno.test("a Status may arrive in parts, and its stream may end, or be reset, or all may end", async () => {
  const half = SUCCESS.length / 2;
  const inParts = serving((server) => {
    server.say("error", SUCCESS.slice(0, half));
    server.say("error", SUCCESS.slice(half));
  });
  assert.equal((await start(inParts.transport)).exitCode, 0);
  for (const end of ["end", "reset", "goAway"] as const) {
    const { transport } = serving((server) => {
      server.say("error", "no JSON at all", end === "end");
      if (end === "reset") server.reset("error");
      if (end !== "end") server.goAway();
      server.end();
    });
    assert.deepEqual(await start(transport), { exitCode: undefined, message: "no JSON at all" });
  }
});

const LOST = 'Cannot run a command in pod "p": connection lost\n' +
  "the pod may be gone, or the network interrupted";

Deno.test("a connection that ends or breaks without a whole Status is lost", async () => {
  const cases: ((server: Parameters<Parameters<typeof serving>[0] & object>[0]) => void)[] = [
    (server) => server.end(),
    (server) => server.end(new Error("ECONNRESET")),
    (server) => server.goAway(),
    (server) => {
      server.say("error", SUCCESS.slice(0, 20));
      server.end();
    },
  ];
  for (const play of cases) {
    const { transport, servers } = serving(play);
    assert.equal(await rejection(start(transport), ClusterError), LOST);
    assert.equal(servers[0].isClosed, true);
  }
});

Deno.test("a server that breaks the protocol ends the command with an error that says so", async () => {
  const cases: [string, Uint8Array][] = [
    ["a frame of version 2", Uint8Array.of(0x80, 2, 0, 6, 0, 0, 0, 4)],
    ["a frame of stream 9, which is not open", Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 1, 65)],
    ["a stream that the server opens", encodeSynStream(2, new Uint8Array(0))],
  ];
  for (const [what, frame] of cases) {
    const { transport } = serving((server) => server.raw(frame));
    assert.equal(
      (await rejection(start(transport), ClusterError)).split("\n")[0],
      `Cannot run a command in pod "p": the server breaks SPDY: ${what}`,
    );
  }
  const { transport } = serving((server) => server.say("error", "x".repeat(70_000)));
  assert.match(
    await rejection(start(transport), ClusterError),
    /: the server breaks SPDY: a Status without an end\n/,
  );
});

Deno.test("stdin is sent in its order and then half-closed, once", async () => {
  const { transport, servers } = serving((server) => {
    server.onHeard = (line) => line === "stdin end" && server.say("error", SUCCESS);
  });
  await start(transport, { stdin: stdinOf(["ab", "c"]).stream });
  assert.deepEqual(servers[0].heard, ["stdin ab", "stdin c", "stdin end"]);
});

Deno.test("stdin is not read while the network takes no more", async () => {
  const { stream, state } = stdinOf(["a", "b", "c"]);
  const taken: (() => void)[] = [];
  const { transport } = serving((server) => {
    server.onSend = () => new Promise((resolve) => taken.push(resolve));
    server.onHeard = (line) => line === "stdin end" && server.say("error", SUCCESS);
  });
  const running = start(transport, { stdin: stream });
  for (const reads of [1, 2, 3]) {
    await until(() => state.reads === reads);
    await turn();
    assert.equal(state.reads, reads);
    await until(() => taken.length > 0);
    for (const take of taken.splice(0)) take();
  }
  assert.equal((await running).exitCode, 0);
});

Deno.test("sizes of a terminal have a stream, and its output is stdout alone", async () => {
  const { transport, servers } = serving((server) => {
    server.onHeard = (line) => line.startsWith("resize") && server.say("error", SUCCESS);
  });
  async function* sizes() {
    yield { columns: 80, rows: 24 };
  }
  await start(transport, { terminal: sizes(), stdin: openStdin().stream });
  assert.deepEqual(servers[0].opened, ["error", "stdin", "resize", "stdout"]);
  assert.deepEqual(servers[0].heard, ['resize {"Width":80,"Height":24}']);
});

Deno.test("the server's pings are answered, one after the other, and answers are not", async () => {
  const { transport, servers } = serving((server) => {
    for (const id of [2, 1, 4]) server.ping(id);
    server.onHeard = (line) => line === "ping 4" && server.say("error", SUCCESS);
  });
  await start(transport);
  assert.deepEqual(servers[0].heard, ["ping 2", "ping 4"]);
});

Deno.test("an idle connection is pinged, and given up if nothing answers", async () => {
  const { transport, servers } = serving();
  const running = start(transport, { stdin: openStdin().stream });
  running.catch(() => {});
  await until(() => servers[0]?.opened.length === 4);
  const pass = async (times: number) => {
    for (let at = 0; at < times; at++) await transport.advance(15_000);
  };
  await pass(10);
  assert.deepEqual(servers[0].heard.slice(0, 2), ["ping 1", "ping 3"]);
  servers[0].answersPings = false;
  await pass(8);
  assert.match(await rejection(running, ClusterError), /: no answer for 60 s\n/);
  assert.equal(servers[0].isClosed, true);
});

Deno.test("a command that ends early ends it: stdin is given up and the connection closed", async () => {
  const { stream, state } = openStdin();
  const { transport, servers } = serving((server) => server.say("error", SUCCESS));
  assert.equal((await start(transport, { stdin: stream })).exitCode, 0);
  await turn();
  assert.equal(state.cancelled, true);
  assert.equal(servers[0].isClosed, true);
});

Deno.test("a stdin, and a consumer of the output, that fail end the command with their error", async () => {
  const error = new TransferError("Cannot read a file");
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes("a")),
    pull: (controller) => controller.error(error),
  }, { highWaterMark: 1 });
  const { transport, servers } = serving();
  await assert.rejects(start(transport, { stdin: stream }), error);
  assert.equal(servers[0].isClosed, true);
  const talking = serving((server) => server.say("stdout", "x"));
  const onStdout = () => {
    throw error;
  };
  await assert.rejects(start(talking.transport, { onStdout }), error);
});

Deno.test("an abort ends it at once, open or in its handshake, and closes the connection", async () => {
  const reason = new Error("enough");
  for (const accepts of [true, false]) {
    const { transport, servers } = serving();
    const upgrade = transport.onUpgrade;
    transport.onUpgrade = async (options) => {
      const upgraded = await upgrade(options);
      servers[0].accepts = accepts;
      return upgraded;
    };
    const stop = new AbortController();
    const running = start(transport, { signal: stop.signal });
    await until(() => servers[0]?.opened.length === (accepts ? 3 : 2));
    stop.abort(reason);
    await assert.rejects(running, reason);
    await until(() => servers[0].isClosed);
    assert.equal(transport.upgrades.length, 1);
  }
});

Deno.test("a silence is noticed, and any frame of the server ends it", async () => {
  const { transport, servers } = serving();
  const running = start(transport, { silenceMs: 60_000 });
  running.catch(() => {});
  await until(() => servers[0]?.opened.length === 3);
  await turn();
  for (let looks = 0; looks < 4; looks++) {
    await transport.advance(30_000);
    servers[0].ping(2);
    await turn();
  }
  await transport.advance(30_000);
  await transport.advance(30_000);
  await transport.advance(30_000);
  assert.match(await rejection(running, ClusterError), /: no answer for 60 s\n/);
  assert.equal(servers[0].isClosed, true);
});

Deno.test("what the API server refuses is said in its words", async () => {
  const transport = new FakeTransport();
  transport.onUpgrade = () => ({ refusal: status(404, 'pods "p" not found') });
  assert.match(
    await rejection(start(transport), ClusterError),
    /^Cannot exec into Pod "p": not found in namespace "ns"\n/,
  );
  assert.equal(transport.upgrades.length, 1);
});

Deno.test("an upgrade that a busy server refuses is tried again, as long after as it asks for", async () => {
  const { transport } = serving((server) => server.say("error", SUCCESS));
  const upgrade = transport.onUpgrade;
  transport.onUpgrade = (options) =>
    transport.upgrades.length < 3
      ? { refusal: new Response("", { status: 429, headers: { "retry-after": "3" } }) }
      : upgrade(options);
  assert.equal((await start(transport)).exitCode, 0);
  assert.deepEqual(transport.delays, [3_000, 3_000]);
});

Deno.test("what is not SPDY is refused with the flag that goes another way", async () => {
  const why = async (refusal: Response) => {
    const transport = new FakeTransport();
    transport.onUpgrade = () => ({ refusal });
    return await rejection(start(transport), ClusterError);
  };
  assert.equal(
    await why(new Response("<html>", { status: 403 })),
    'Cannot exec into Pod "p": https://cluster.test lets no exec through: ' +
      "SPDY: the answer is 403\n" +
      "--exec-protocol=auto tries both ways; what stands before the API server must pass on " +
      "upgrades; compare: kubectl exec -n ns p -c step-a -- true",
  );
  assert.match(
    await why(status(400, "Upgrade request required")),
    /: SPDY: the upgrade is not passed on\n/,
  );
  const transport = new FakeTransport();
  transport.onUpgrade = () => Promise.reject(new TypeError("the connection was closed"));
  transport.answer = () => Promise.reject(new TypeError("the connection was closed"));
  assert.match(await rejection(start(transport), ClusterError), /^Cannot reach the cluster/);
  transport.answer = () => status(400, "Upgrade request required");
  assert.match(
    await rejection(start(transport), ClusterError),
    /: SPDY: the connection was closed/,
  );
  assert.equal(transport.upgrades.length, 3);
});
