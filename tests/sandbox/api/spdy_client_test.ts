import assert from "node:assert/strict";
import { SpdyClient } from "../../../src/sandbox/api/exec/spdy.ts";

const EXEC = { command: ["cat"], stdin: true, stdout: true, stderr: true, tty: false };

Deno.test("the end of a client before the answer is noticed, so that no command waits for it", async () => {
  const readable = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Deno.errors.BadResource()),
  });
  let hasStdinEnded = false;
  let isClosed = false;
  const client = new SpdyClient({
    readable,
    write: () => Promise.reject(new Deno.errors.ConnectionReset()),
    close: () => void (isClosed = true),
  }, EXEC);
  client.listen({ stdin() {}, stdinEnded: () => void (hasStdinEnded = true), resized() {} });
  await client.run(new TextEncoder().encode("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  await client.opened;
  assert.deepEqual([client.isOpen, hasStdinEnded, isClosed], [false, true, true]);
});
