/** HTTP and SOCKS proxies on loopback, with and without a password. */
import { Buffer } from "node:buffer";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Issued } from "./certificates.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A server of Node on loopback, closed with all its connections. */
export class Listening implements AsyncDisposable {
  readonly #open = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on("connection", (socket: Socket) => {
      this.#open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#open.delete(socket));
    });
  }

  static async on(server: Server, hostname = "127.0.0.1"): Promise<Listening> {
    const listening = new Listening(server);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.on("error", reject);
    server.listen(0, hostname, resolve);
    await promise;
    return listening;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose]() {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }
}

export interface HttpProxyOptions {
  /** Serves TLS with this certificate. */
  readonly tls?: Issued;
  readonly login?: Login;
  /** Refuses every tunnel with this status line. */
  readonly refuses?: string;
  /** Header lines of each answer. */
  readonly headers?: readonly string[];
}

/** An HTTP proxy that knows CONNECT alone. `asked` has the targets of its tunnels. */
export async function httpProxy({ tls, login, refuses, headers: own = [] }: HttpProxyOptions = {}) {
  const end = own.map((line) => `\r\n${line}`).join("") + "\r\n\r\n";
  const asked: string[] = [];
  const server = tls === undefined ? http.createServer() : https.createServer({ ...tls });
  server.on("connect", ({ url = "", headers }, client: Duplex) => {
    asked.push(url);
    client.on("error", () => {});
    const expected = login && `Basic ${btoa(`${login.user}:${login.password}`)}`;
    if (refuses !== undefined) return void client.end(`HTTP/1.1 ${refuses}${end}`);
    if (headers["proxy-authorization"] !== expected) {
      return void client.end(`HTTP/1.1 407 Proxy Authentication Required${end}`);
    }
    const { hostname, port } = new URL(`http://${url}`);
    join(client, { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) }, (error) => {
      client.write(`HTTP/1.1 ${error ? "502 Bad Gateway" : "200 OK"}${end}`);
    });
  });
  const listening = await Listening.on(server as unknown as Server);
  return {
    asked,
    port: listening.port,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

/** Connects the client with the target. `opened` answers the client before the first byte. */
function join(
  client: Duplex,
  target: { host: string; port: number },
  opened: (error?: Error) => void,
): void {
  const server = net.connect(target);
  server.on("connect", () => {
    opened();
    client.pipe(server).pipe(client);
  });
  server.on("error", (error) => {
    if (server.connecting) opened(error);
    client.destroy();
  });
  client.on("close", () => server.destroy());
  server.on("close", () => client.destroy());
}

/** RFC 1928 and 1929. `names` resolves names that no resolver knows. */
export async function socksProxy(
  { login, names = {}, refuses }: {
    readonly login?: Login;
    readonly names?: Record<string, string>;
    /** Refuses every connection with this code of the RFC. */
    readonly refuses?: number;
  } = {},
) {
  const asked: string[] = [];
  const server = net.createServer((client) => void serve(client).catch(() => client.destroy()));
  const serve = async (client: Socket) => {
    const read = reader(client);
    const [, methods] = await read(2);
    const offered = [...await read(methods)];
    const method = login === undefined ? 0 : 2;
    client.write(Uint8Array.of(5, offered.includes(method) ? method : 0xff));
    if (!offered.includes(method)) return void client.end();
    if (login !== undefined) {
      const user = await read((await read(2))[1]);
      const password = await read((await read(1))[0]);
      const isRight = `${user}` === login.user && `${password}` === login.password;
      client.write(Uint8Array.of(1, isRight ? 0 : 1));
      if (!isRight) return void client.end();
    }
    const [, , , type] = await read(4);
    const host = await hostOf(type, read);
    const port = (await read(2)).readUInt16BE();
    asked.push(`${host}:${port}`);
    const reply = (code: number) => client.write(Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));
    if (refuses !== undefined) return void reply(refuses);
    join(client, { host: names[host] ?? host, port }, (error) => void reply(error ? 5 : 0));
  };
  const listening = await Listening.on(server);
  return {
    asked,
    port: listening.port,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

async function hostOf(type: number, read: (length: number) => Promise<Buffer>): Promise<string> {
  if (type === 3) return `${await read((await read(1))[0])}`;
  if (type === 1) return (await read(4)).join(".");
  const hex = (await read(16)).toString("hex");
  return hex.match(/.{4}/g)!.join(":");
}

/** Reads exact lengths from the socket. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    if (length === 0) return Buffer.alloc(0);
    while (true) {
      const bytes = socket.read(length) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise<void>((resolve, reject) => {
        socket.once("readable", resolve);
        socket.once("close", reject);
      });
    }
  };
}
