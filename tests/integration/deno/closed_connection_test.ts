/** Requests over connections that have closed before the requests are sent. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type Socket } from "node:net";
import { refusedClient } from "../../../src/deno/network/dial/dial_errors.ts";
import { throughHttp } from "../../../src/deno/network/dial/http_tunnel.ts";
import { readProxy } from "../../../src/deno/network/dial/proxy.ts";
import { tcp } from "../../../src/deno/network/dial/sockets.ts";
import { HttpClient } from "../../../src/deno/network/http_client.ts";
import { upgrade } from "../../../src/deno/network/upgrade.ts";
import { websocketOver } from "../../../src/deno/network/websocket.ts";
import { Listening } from "../../support/proxies.ts";

const never = new AbortController().signal;

/** Each rejects with an error of the connection. */
const USES: Record<string, (socket: Socket) => Promise<unknown>> = {
  "a request": (socket) =>
    new HttpClient(() => Promise.resolve(socket)).send(new URL("http://127.0.0.1/"), {}),
  "an upgrade": (socket) => upgrade(socket, { path: "/", headers: {} }),
  "a websocket": (socket) =>
    new Promise((_, reject) => {
      const url = new URL("http://127.0.0.1/");
      const websocket = websocketOver(socket, { url, protocols: ["x"], headers: {} });
      websocket.addEventListener("error", () => reject(new Error("closed")));
    }),
  "a tunnel": (socket) =>
    throughHttp(socket, readProxy("http://127.0.0.1:1"), { host: "a.test", port: 1 }, never),
};

/** Serves a hangup, and returns the connection after that event of it. */
async function closedAfter(server: Listening, event: "end" | "close"): Promise<Socket> {
  const socket = await tcp({ host: "127.0.0.1", port: server.port }, never);
  socket.resume();
  await once(socket, event);
  return socket;
}

for (const [what, use] of Object.entries(USES)) {
  Deno.test(`${what} over a connection that has closed meanwhile fails`, async () => {
    await using server = await Listening.on(net.createServer((socket) => socket.end()));
    for (const event of ["end", "close"] as const) {
      await assert.rejects(use(await closedAfter(server, event)), /closed|hang up|reset|ended/);
    }
  });
}

Deno.test("an alert that closes a connection after the handshake is why the request fails", async () => {
  await using server = await Listening.on(net.createServer(() => {}));
  const socket = await tcp({ host: "127.0.0.1", port: server.port }, never);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.destroy(new Error("received fatal alert: CertificateExpired"));
  await closed;
  const error = await USES["a request"](socket).then(() => undefined, refusedClient);
  assert.equal(
    (error as Error).message,
    "it refuses the handshake: the client certificate has expired",
  );
  const other = new Error("received fatal alert: BadRecordMac");
  assert.equal(refusedClient(other), other);
});
