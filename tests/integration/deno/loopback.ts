/** Servers and sockets on loopback, and the options that the system has for them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Connection } from "../../../src/deno/network/kubeconfig.ts";
import { NetworkTransport } from "../../../src/deno/network/transport.ts";
import type { Socket } from "../../../src/kube/transport.ts";

/** Serves on loopback until disposed, with a transport to it. */
export function serve(
  answer: (request: Request) => Response | Promise<Response>,
  credentials: Connection["credentials"] = () => Promise.resolve({ headers: [] }),
) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const transport = transportTo(`http://127.0.0.1:${server.addr.port}`, { credentials });
  return { transport, [Symbol.asyncDispose]: () => server.shutdown() };
}

export function transportTo(server: string, rest: Partial<Connection>): NetworkTransport {
  const credentials: Connection["credentials"] = () => Promise.resolve({ headers: [] });
  const connection = { server, namespace: "default", tls: {}, credentials, ...rest };
  return new NetworkTransport(connection, () => Promise.resolve());
}

/** Sends "hi", and returns what the server sends back before the socket closes. */
export function echoed(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => socket.send(new TextEncoder().encode("hi")));
    socket.addEventListener("message", ({ data }) => {
      text += new TextDecoder().decode(data as ArrayBuffer);
    });
    socket.addEventListener("error", () => reject(new Error("the socket failed")));
    socket.addEventListener("close", () => resolve(text));
  });
}

/** Resolves once the socket is open. */
export function isOpen(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.addEventListener("open", () => resolve()));
}

export function close(socket: Socket): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.close();
  return closed;
}

/** Whether TCP_NODELAY is set, for each socket of this process that is connected to the port. */
export function noDelays(port: number): boolean[] {
  const [IPPROTO_TCP, TCP_NODELAY] = [6, 1];
  return socketOptions(port, IPPROTO_TCP, TCP_NODELAY).map((value) => value !== 0);
}

/** The value of the option, for each socket of this process that is connected to the port. */
export function socketOptions(port: number, level: number, option: number): number[] {
  const AF_INET = 2;
  using libc = openLibc();
  const peer = new DataView(new ArrayBuffer(16));
  const value = new Int32Array(1);
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const fd = Number(name);
    const isConnected = libc.getpeername(fd, peer, Int32Array.of(16)) === 0;
    // The peer of a Unix socket has no port: the buffer then keeps that of the socket before it.
    const isOne = isConnected && peer.getUint16(0, true) === AF_INET && peer.getUint16(2) === port;
    if (!isOne) continue;
    assert.equal(libc.getsockopt(fd, level, option, value, Int32Array.of(4)), 0);
    found.push(value[0]);
  }
  return found;
}

/** Shrinks the send buffer of every socket of this process, as if the network were slow. */
export function makeBuffersSmall(): void {
  using libc = openLibc();
  const [SOL_SOCKET, SO_SNDBUF] = [1, 7];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    libc.setsockopt(Number(name), SOL_SOCKET, SO_SNDBUF, Int32Array.of(16_384), 4);
  }
}

function openLibc() {
  const library = Deno.dlopen("libc.so.6", {
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  });
  return { ...library.symbols, [Symbol.dispose]: () => library.close() };
}

/** Accepts one websocket and reads that many bytes from it, slowly. */
export async function readSlowly(listener: Deno.TlsListener, bytes: number): Promise<void> {
  using connection = await listener.accept();
  const buffer = new Uint8Array(16 * 1024);
  const read = async () => {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("the client has ended it");
    return buffer.subarray(0, length);
  };
  let request = "";
  while (!request.includes("\r\n\r\n")) request += new TextDecoder().decode(await read());
  const [, key] = /^sec-websocket-key: (\S+)/im.exec(request)!;
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept.digest("base64")}`,
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  while (bytes > 0) {
    bytes -= (await read()).length;
    await new Promise((resolve) => setTimeout(resolve, 1)); // slower than the sender
  }
}

/** Rejects if the promise takes longer. */
export async function deadline(promise: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new Error(`not within ${ms} ms`)), ms);
  await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
