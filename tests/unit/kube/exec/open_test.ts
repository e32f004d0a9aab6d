/** Which protocol carries an exec. */
import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../../src/errors.ts";
import { ProtocolChoice } from "../../../../src/kube/exec/protocols.ts";
import { NoExec } from "../../../../src/kube/exec/refusals.ts";
import { Channel } from "../../../../src/kube/frames.ts";
import { ConnectError } from "../../../../src/kube/transport.ts";
import type { FakeSpdy } from "../../../support/fake_spdy.ts";
import { type FakeTransport, status, until } from "../../../support/fake_transport.ts";
import { rejection } from "../../../support/refusal.ts";
import { serving, start, SUCCESS } from "./spdy_stage.ts";

/** Execs that choose by themselves, to a server that speaks both unless a test changes that. */
function choosing(play: (server: FakeSpdy) => void = (server) => server.say("error", SUCCESS)) {
  const { transport, servers } = serving(play);
  transport.onSocket = (socket) => {
    socket.open();
    socket.say(Channel.error, SUCCESS);
  };
  const protocols = new ProtocolChoice();
  const lines: string[] = [];
  const debug = (line: string) => void lines.push(line);
  return {
    transport,
    servers,
    protocols,
    lines,
    run: () => start(transport, { protocols, debug }),
  };
}

/** The number of upgrades to SPDY and of websockets. */
function tried({ upgrades, sockets }: FakeTransport): [spdy: number, websocket: number] {
  return [upgrades.length, sockets.length];
}

Deno.test("SPDY comes first, and where it works there is no websocket", async () => {
  const { transport, protocols, lines, run } = choosing();
  for (let execs = 0; execs < 2; execs++) assert.equal((await run()).exitCode, 0);
  assert.deepEqual(tried(transport), [2, 0]);
  assert.equal(protocols.chosen, "spdy");
  assert.ok(lines.includes("is open, SPDY/3.1, v4.channel.k8s.io"));
});

const REFUSALS: [what: string, refuse: (transport: FakeTransport) => void][] = [
  ["a proxy that answers 403", (transport) => {
    transport.onUpgrade = () => ({ refusal: new Response("<html>", { status: 403 }) });
  }],
  ["a proxy that answers 400", (transport) => {
    transport.onUpgrade = () => ({ refusal: new Response("Bad Request", { status: 400 }) });
  }],
  ["a proxy that is in trouble with it", (transport) => {
    transport.onUpgrade = () => ({ refusal: new Response("<html>", { status: 502 }) });
  }],
  ["a proxy that forwards no upgrade", (transport) => {
    transport.onUpgrade = () => ({ refusal: status(400, "Upgrade request required") });
  }],
  ["a proxy that hangs up", (transport) => {
    transport.onUpgrade = () => Promise.reject(new TypeError("the connection was closed"));
  }],
  ["a Role that allows get alone", (transport) => {
    transport.onUpgrade = () => ({ refusal: status(403, 'cannot create resource "pods/exec"') });
  }],
  ["a server with another version of exec", (transport) => {
    const { onUpgrade } = transport;
    transport.onUpgrade = async (options) => {
      const upgrade = await onUpgrade(options);
      return "stream" in upgrade ? { ...upgrade, headers: new Headers() } : upgrade;
    };
  }],
];

for (const [what, refuse] of REFUSALS) {
  Deno.test(`${what}: a websocket carries this exec and all later ones`, async () => {
    const { transport, protocols, lines, run } = choosing();
    refuse(transport);
    for (let execs = 0; execs < 2; execs++) assert.equal((await run()).exitCode, 0);
    assert.deepEqual(tried(transport), [1, 2]);
    assert.equal(protocols.chosen, "websocket");
    assert.match(lines.join("\n"), /^has no SPDY: Cannot /m);
  });
}

for (
  const [what, play] of [
    ["says nothing", () => {}],
    ["hangs up", (server: FakeSpdy) => server.end()],
    ["speaks HTTP", (server: FakeSpdy) => server.raw(new TextEncoder().encode("HTTP/1.1 400\r\n"))],
  ] as const
) {
  Deno.test(`what agrees to SPDY and then ${what} has run no command: a websocket does`, async () => {
    const { transport, servers, run } = choosing();
    const { onUpgrade } = transport;
    transport.onUpgrade = async (options) => {
      const upgrade = await onUpgrade(options);
      servers[0].accepts = false;
      play(servers[0]);
      return upgrade;
    };
    const running = run();
    if (what === "says nothing") {
      await until(() => servers[0]?.opened.length === 2);
      await transport.advance(10_000);
    }
    assert.equal((await running).exitCode, 0);
    assert.deepEqual(tried(transport), [1, 1]);
    assert.equal(servers[0].opened.includes("stdout"), false);
    assert.equal(servers[0].isClosed, true);
  });
}

Deno.test("a refusal of the API server that is about the command is the answer", async () => {
  const { transport, run } = choosing();
  transport.onUpgrade = () => ({ refusal: status(404, 'pods "p" not found') });
  assert.match(await rejection(run(), ClusterError), /: not found in namespace "ns"\n/);
  assert.deepEqual(tried(transport), [1, 0]);
});

Deno.test("missing credentials are asked for once", async () => {
  const { transport, run } = choosing();
  transport.onUpgrade = () => Promise.reject(new UsageError("Cannot get the credentials"));
  assert.equal(await rejection(run(), UsageError), "Cannot get the credentials");
  assert.deepEqual(tried(transport), [1, 0]);
});

Deno.test("a container that is gone says nothing about SPDY", async () => {
  const { transport, protocols, run } = choosing();
  const { onUpgrade } = transport;
  transport.onUpgrade = (options) =>
    transport.upgrades.length === 1
      ? { refusal: new Response("container not found", { status: 500 }) }
      : onUpgrade(options);
  assert.deepEqual(await run(), { message: "container not found" });
  assert.equal((await run()).exitCode, 0);
  assert.deepEqual(tried(transport), [2, 0]);
  assert.equal(protocols.chosen, "spdy");
});

Deno.test("once SPDY has worked, a later failure is a failure: the command may have run", async () => {
  const { transport, run } = choosing();
  await run();
  const refused = new ConnectError("connection refused", { hint: "is it up?" });
  transport.onUpgrade = () => Promise.reject(refused);
  assert.match(await rejection(run(), ClusterError), /^Cannot reach the cluster .*refused/);
  assert.deepEqual(tried(transport), [2, 0]);
});

/** Answers of something between the client and the API server. */
const html = (status: number) => new Response("<html>", { status });
const stripped = () => status(400, "Upgrade request required");

/** [what stands in between, its answers to SPDY and to a websocket, what the error says] */
const WALLS: [string, () => Response | undefined, () => Response | undefined, string][] = [
  [
    "answers 403 and 400",
    () => html(403),
    () => html(400),
    "SPDY: the answer is 403; websocket: the answer is 400",
  ],
  [
    "answers 501 and 200",
    () => html(501),
    () => html(200),
    "SPDY: the answer is 501; websocket: the answer is 200",
  ],
  [
    "forwards no upgrade",
    stripped,
    stripped,
    "SPDY: the upgrade is not passed on; websocket: the upgrade is not passed on",
  ],
  [
    "hangs up",
    () => undefined,
    () => undefined,
    "SPDY: the connection was closed; websocket: the connection was closed without an answer",
  ],
];

for (const [what, spdy, websocket, why] of WALLS) {
  Deno.test(`a proxy that ${what} is named after one round, and the next exec tries both`, async () => {
    const { transport, protocols, run } = choosing();
    Object.assign(transport, { proxy: "http://proxy.test:3128" });
    transport.onUpgrade = () => {
      const refusal = spdy();
      if (refusal === undefined) throw new TypeError("the connection was closed");
      return { refusal };
    };
    transport.onSocket = (socket) => socket.refuse(websocket());
    transport.answer = stripped;
    assert.equal(
      await rejection(run(), NoExec),
      `Cannot exec into Pod "p": the proxy http://proxy.test:3128 lets no exec through: ${why}\n` +
        "does NO_PROXY=cluster.test, or no proxy-url, reach it? " +
        "compare: kubectl exec -n ns p -c step-a -- true",
    );
    assert.deepEqual(transport.delays, []);
    assert.deepEqual(tried(transport), [1, what === "hangs up" ? 2 : 1]);
    assert.equal(protocols.chosen, undefined);
  });
}

Deno.test("what swallows both protocols is named once a plain request comes through", async () => {
  const { transport, run } = choosing();
  transport.onUpgrade = () => new Promise(() => {});
  transport.onSocket = () => {};
  transport.answer = stripped;
  const running = run();
  running.catch(() => {});
  await until(() => transport.upgrades.length === 1);
  await transport.advance(10_000);
  await until(() => transport.sockets.length === 1);
  await transport.advance(30_000);
  assert.match(
    await rejection(running, NoExec),
    /^Cannot exec into Pod "p": https:\/\/cluster.test lets no exec through: SPDY: no answer in time; websocket: no answer in time\n/,
  );
});

Deno.test("a network that is gone for a moment is no proxy: the second websocket opens", async () => {
  const { transport, run } = choosing();
  transport.onUpgrade = () => Promise.reject(new TypeError("the connection was closed"));
  const { onSocket } = transport;
  transport.onSocket = (socket) =>
    transport.sockets.length === 1 ? socket.refuse() : onSocket(socket);
  transport.answer = stripped;
  assert.equal((await run()).exitCode, 0);
  assert.deepEqual(tried(transport), [1, 2]);
});

Deno.test("once an exec has come through, what refuses a later one may restart", async () => {
  const { transport, run } = choosing();
  await run();
  transport.onUpgrade = () => ({ refusal: html(403) });
  const error = await run().catch((error) => error);
  assert.ok(error instanceof ClusterError && !(error instanceof NoExec));
  assert.match(error.message, /^Cannot exec into Pod "p": .* does not take it: the answer is 403$/);
});
