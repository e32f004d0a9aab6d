import assert from "node:assert/strict";
import { download } from "../../../src/deno/download.ts";
import { FileError } from "../../../src/host.ts";

const never = new AbortController().signal;

function served(answer: (path: string) => Response | Promise<Response>) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => answer(new URL(request.url).pathname),
  );
  const url = (path: string) => `http://127.0.0.1:${server.addr.port}${path}`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function state(downloading: Promise<string>): Promise<string> {
  const error = await downloading.then(() => undefined, (error) => error);
  assert.ok(error instanceof FileError, `${error}`);
  return error.state;
}

Deno.test("a text is downloaded, also after a redirect", async () => {
  await using server = served((path) =>
    path === "/old"
      ? new Response(null, { status: 302, headers: { location: "/new" } })
      : new Response("spec: žluť\n")
  );
  assert.equal(await download(server.url("/new"), never), "spec: žluť\n");
  assert.equal(await download(server.url("/old"), never), "spec: žluť\n");
});

Deno.test("an answer that is not a text says what it is", async () => {
  await using server = served(() => new Response("no", { status: 404 }));
  assert.equal(await state(download(server.url("/none.yaml"), never)), "404 Not Found");
});

Deno.test("a text of more than 4 MiB is refused, also if it never ends", async () => {
  const body = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
    });
  await using server = served(() => new Response(body()));
  assert.equal(await state(download(server.url("/"), never)), "it is longer than 4 MiB");
});

Deno.test("a server that is not there is named by its state", async () => {
  const server = served(() => new Response(""));
  const url = server.url("/");
  await server[Symbol.asyncDispose]();
  assert.equal(await state(download(url, never)), "connection refused");
});

Deno.test("Ctrl-C ends a download", async () => {
  const released = Promise.withResolvers<void>();
  await using server = served(async () => {
    await released.promise;
    return new Response("");
  });
  const interrupt = new AbortController();
  const downloading = download(server.url("/"), interrupt.signal);
  interrupt.abort(new DOMException("interrupted", "AbortError"));
  await assert.rejects(downloading, interrupt.signal.reason);
  released.resolve();
});
