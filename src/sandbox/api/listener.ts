/**
 * Listens with TLS, and hands connections on to the HTTP server, which Deno runs: it upgrades to
 * websockets alone. A connection that begins with a request for SPDY stays here.
 */
import type { Upgrader } from "./exec/client.ts";
import { SpdyClient } from "./exec/spdy.ts";
import { V4 } from "../../kube/frames.ts";
import type { Certificates } from "./certificate.ts";

export interface ListenerOptions {
  readonly port: number;
  readonly certificates: Certificates;
  /** The Unix socket of the HTTP server. */
  readonly path: string;
  /** Answers a request for SPDY. */
  readonly answer: (request: Request, upgrader: Upgrader) => Promise<Response>;
}

export class Listener {
  readonly port: number;
  readonly #listener: Deno.TlsListener;
  readonly #open = new Set<{ close(): void }>();

  constructor(private readonly options: ListenerOptions) {
    const { port, certificates: { cert, key } } = options;
    this.#listener = Deno.listenTls(
      {
        hostname: "127.0.0.1",
        port,
        cert,
        key,
        alpnProtocols: ["h2", "http/1.1"],
      } as Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem,
    );
    this.port = this.#listener.addr.port;
    void this.#accept();
  }

  /** Also ends the open connections. */
  close(): void {
    this.#listener.close();
    for (const connection of this.#open) close(connection);
  }

  async #accept(): Promise<void> {
    while (true) {
      try {
        void this.#serve(await this.#listener.accept());
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return; // closed
      }
    }
  }

  async #serve(connection: Deno.TlsConn): Promise<void> {
    this.#open.add(connection);
    try {
      const { alpnProtocol } = await connection.handshake();
      const start = alpnProtocol === "h2" ? new Uint8Array(0) : await readHead(connection);
      const request = spdyRequest(start, this.port);
      if (request === undefined) await this.#handOn(connection, start);
      else await this.#answer(connection, request);
    } catch {
      // The client has closed it, or speaks no TLS.
    } finally {
      this.#open.delete(connection);
      close(connection);
    }
  }

  async #handOn(connection: Deno.TlsConn, start: Uint8Array): Promise<void> {
    const { path } = this.options;
    const server = await Deno.connect({ transport: "unix", path });
    this.#open.add(server);
    try {
      await writeAll(server, start);
      await Promise.race([
        connection.readable.pipeTo(server.writable),
        server.readable.pipeTo(connection.writable),
      ]);
    } finally {
      this.#open.delete(server);
      close(server);
    }
  }

  async #answer(connection: Deno.TlsConn, request: Request): Promise<void> {
    let running: Promise<void> | undefined;
    const response = await this.options.answer(request, {
      protocol: "spdy",
      upgrade(exec, start) {
        const client = new SpdyClient(connection, exec);
        start(client);
        const lines = [
          "HTTP/1.1 101 Switching Protocols",
          "Connection: Upgrade",
          "Upgrade: SPDY/3.1",
          `X-Stream-Protocol-Version: ${V4}`,
        ];
        running = client.run(encode(`${lines.join("\r\n")}\r\n\r\n`));
        return new Response();
      },
    });
    if (running !== undefined) return await running;
    const body = await response.text();
    const lines = [
      `HTTP/1.1 ${response.status} Refused`,
      `Content-Type: ${response.headers.get("content-type") ?? "text/plain"}`,
      `Content-Length: ${encode(body).length}`,
      "Connection: close",
    ];
    await writeAll(connection, encode(`${lines.join("\r\n")}\r\n\r\n${body}`));
  }
}

const LARGEST_HEAD_BYTES = 64 * 1024;

/** Reads up to the end of the headers of the first request, and perhaps a little more. */
async function readHead(connection: Deno.TlsConn): Promise<Uint8Array> {
  const head = new Uint8Array(LARGEST_HEAD_BYTES);
  let length = 0;
  while (length < head.length && !textOf(head.subarray(0, length)).includes("\r\n\r\n")) {
    const count = await connection.read(head.subarray(length));
    if (count === null) break;
    length += count;
  }
  return head.slice(0, length);
}

/** Returns the request if it asks for SPDY. It has no body, and its client waits for the answer. */
function spdyRequest(head: Uint8Array, port: number): Request | undefined {
  const [first, ...lines] = textOf(head).split("\r\n\r\n")[0].split("\r\n");
  const [method, path] = first.split(" ");
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([\w-]+): *(.*)$/.exec(line) ?? [];
    if (name !== undefined) headers.append(name, value);
  }
  if (!/^spdy\/3\.1$/i.test(headers.get("upgrade") ?? "")) return undefined;
  return new Request(`https://127.0.0.1:${port}${path}`, { method, headers });
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

function close(connection: { close(): void }): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
