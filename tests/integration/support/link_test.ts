import assert from "node:assert/strict";
import { Link, UNLIMITED } from "../../support/link.ts";

for (const speed of [UNLIMITED, { bitsPerSecond: 800e6, roundTripMs: 2 }]) {
  Deno.test(`a link of ${speed.bitsPerSecond} bit/s carries every byte in order, both ways, and counts`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const echoed = echo(listener);
    await using link = new Link(listener.addr as Deno.NetAddr, speed);
    const sent = crypto.getRandomValues(new Uint8Array(65_536));
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: link.port });
    const received = Array.fromAsync(parts(connection));
    for (let at = 0; at < sent.length;) at += await connection.write(sent.subarray(at));
    await connection.closeWrite();
    assert.deepEqual(new Uint8Array((await received).flat()), sent);
    assert.equal(link.bytes, 2 * sent.length);
    await echoed;
  });
}

Deno.test("a link that ends cuts what goes through it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echoed = echo(listener);
  const link = new Link(listener.addr as Deno.NetAddr, UNLIMITED);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: link.port });
  await connection.write(new Uint8Array(1));
  await connection.read(new Uint8Array(1));
  await link[Symbol.asyncDispose]();
  assert.equal(await connection.read(new Uint8Array(1)).catch(() => null), null);
  await echoed;
});

async function echo(listener: Deno.TcpListener): Promise<void> {
  using connection = await listener.accept();
  for await (const part of parts(connection)) {
    const bytes = new Uint8Array(part);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }
}

async function* parts(connection: Deno.TcpConn): AsyncGenerator<number[]> {
  const buffer = new Uint8Array(4_096);
  for (let length; (length = await connection.read(buffer)) !== null;) {
    yield [...buffer.subarray(0, length)];
  }
}
