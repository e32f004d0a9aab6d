/**
 * Run by network_test.ts with --expose-gc: aborts a stream that is read and an answer that is waited for,
 * each after a garbage collection, and says how they ended.
 */
import { NetworkTransport } from "../../../src/deno/network.ts";

const ENDLESS = new ReadableStream<Uint8Array>({
  start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
});

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
  if (request.url.endsWith("/stream")) return new Response(ENDLESS);
  setTimeout(() => waiting.resolve());
  return new Promise<Response>(() => {});
});
const waiting = Promise.withResolvers<void>();
const transport = new NetworkTransport({
  server: `http://127.0.0.1:${server.addr.port}`,
  namespace: "default",
  credentials: () => Promise.resolve({ headers: {} }),
}, () => Promise.resolve());

/** Ends without an answer where the abort is forgotten: the caller has a time limit. */
async function abortedAfterCollection(
  begin: (signal: AbortSignal) => Promise<{ pending: Promise<unknown> }>,
): Promise<string> {
  const stop = new AbortController();
  const { pending } = await begin(stop.signal);
  const ended = pending.then(() => "went on", (error) => `ended: ${error.message}`);
  for (let i = 0; i < 5; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
  stop.abort(new Error("enough"));
  return await ended;
}

const stream = await abortedAfterCollection(async (signal) => {
  const reader = (await transport.request("/stream", { signal })).body!.getReader();
  await reader.read();
  return { pending: reader.read() };
});
const answer = await abortedAfterCollection(async (signal) => {
  const pending = transport.request("/never", { signal });
  pending.catch(() => {});
  await waiting.promise;
  return { pending };
});
// deno-lint-ignore no-console -- it is a program of its own
console.log(JSON.stringify({ stream, answer }));
Deno.exit(0);
