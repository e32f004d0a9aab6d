/** Gateways before an API server: their redirects, and their own headers. */
import assert from "node:assert/strict";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:net";
import { Listening } from "../../support/proxies.ts";
import { transportTo } from "./loopback.ts";

/** Serves, with a transport to it; `asked` has the methods and paths of the requests. */
async function gateway(answer: (asked: string, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = http.createServer(({ method, url }: IncomingMessage, response: ServerResponse) => {
    asked.push(`${method} ${url}`);
    answer(url!, response);
  });
  const listening = await Listening.on(server as unknown as Server);
  return {
    asked,
    transport: transportTo(`http://127.0.0.1:${listening.port}`, {}),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

Deno.test("a redirect on the server is followed, as by kubectl", async () => {
  await using place = await gateway((url, response) => {
    if (url.startsWith("/v2")) return response.end("here");
    response.writeHead(Number(url.slice(1)), { location: `/v2${url}` }).end("there");
  });
  for (const status of [301, 302, 303, 307, 308]) {
    const response = await place.transport.request(`/${status}`);
    assert.equal(await response.text(), "here");
  }
  const created = await place.transport.request("/307", { method: "POST", body: "{}" });
  assert.equal(await created.text(), "here");
  assert.equal(place.asked.at(-1), "POST /v2/307");
  const found = await place.transport.request("/302", { method: "POST", body: "{}" });
  assert.equal(found.status, 302);
  await found.body?.cancel();
});

Deno.test("a redirect to another server is an error that names it", async () => {
  await using place = await gateway((_, response) => {
    response.writeHead(302, { location: "https://login.test/sign-in?state=s3cret" }).end();
  });
  await assert.rejects(place.transport.request("/api"), {
    name: "ConnectError",
    message: "it redirects to https://login.test/sign-in",
  });
});

Deno.test("redirects in a circle end with the redirect", async () => {
  await using place = await gateway((_, response) => {
    response.writeHead(302, { location: "/api" }).end();
  });
  const response = await place.transport.request("/api");
  assert.equal(response.status, 302);
  await response.body?.cancel();
  assert.equal(place.asked.length, 11);
});

Deno.test("headers of an answer may be as long as the cookies of a sign-on", async () => {
  const cookies = Array.from({ length: 40 }, (_, at) => `c${at}=${"x".repeat(4000)}`);
  await using place = await gateway((_, response) => {
    response.writeHead(200, { "set-cookie": cookies }).end("here");
  });
  assert.equal(await (await place.transport.request("/api")).text(), "here");
  const refused = await place.transport.upgrade("/exec", { headers: { upgrade: "x" } });
  assert.ok("refusal" in refused);
  await refused.refusal.body?.cancel();
});
