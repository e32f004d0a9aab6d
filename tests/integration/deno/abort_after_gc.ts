/**
 * Run by network_workarounds_test.ts with --expose-gc: aborts a stream that is being read and a
 * request that waits for its answer, each after a garbage collection, and prints how they ended.
 * The argument says whether Deno's `fetch` or the program's transport makes the requests.
 */
import { NetworkTransport } from "../../../src/deno/network/transport.ts";

const ENDLESS = new ReadableStream<Uint8Array>({
  start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
});
/** After this time without an effect the abort counts as forgotten. */
const FORGOTTEN_MS = 2_000;

const waiting = Promise.withResolvers<void>();
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
  if (request.url.endsWith("/stream")) return new Response(ENDLESS);
  setTimeout(() => waiting.resolve());
  return new Promise<Response>(() => {});
});
const base = `http://127.0.0.1:${server.addr.port}`;
const transport = new NetworkTransport({
  server: base,
  namespace: "default",
  tls: {},
  credentials: () => Promise.resolve({ headers: [] }),
}, () => Promise.resolve());
const request = Deno.args[0] === "fetch"
  ? (path: string, signal: AbortSignal) => fetch(base + path, { signal })
  : (path: string, signal: AbortSignal) => transport.request(path, { signal });

async function abortedAfterCollection(
  begin: (signal: AbortSignal) => Promise<{ pending: Promise<unknown> }>,
): Promise<string> {
  const stop = new AbortController();
  const { pending } = await begin(stop.signal);
  const ended = pending.then(() => "continued", (error) => `ended: ${error.message}`);
  for (let i = 0; i < 5; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
  stop.abort(new Error("enough"));
  const forgotten = Promise.withResolvers<string>();
  setTimeout(() => forgotten.resolve("forgotten"), FORGOTTEN_MS);
  return await Promise.race([ended, forgotten.promise]);
}

const stream = await abortedAfterCollection(async (signal) => {
  const reader = (await request("/stream", signal)).body!.getReader();
  await reader.read();
  return { pending: reader.read() };
});
const answer = await abortedAfterCollection(async (signal) => {
  const pending = request("/never", signal);
  pending.catch(() => {});
  await waiting.promise;
  return { pending };
});
// deno-lint-ignore no-console -- the test reads it
console.log(JSON.stringify({ stream, answer }));
Deno.exit(0);
