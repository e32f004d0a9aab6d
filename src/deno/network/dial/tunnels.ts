/** Asks a proxy for a connection to a target, over an open connection to the proxy. */
import { Buffer } from "node:buffer";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { proxyError, refusedTunnel, socksError } from "./dial_errors.ts";
import type { Proxy } from "./proxy.ts";
import type { Target } from "./sockets.ts";

/** By HTTP's CONNECT. */
export async function throughHttp(
  socket: Socket,
  proxy: Proxy,
  target: Target,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = authorityOf(target);
  const { response, head } = await asked(socket, authority, headersOf(proxy), signal)
    .catch((error) => {
      socket.destroy();
      signal.throwIfAborted();
      throw proxyError(proxy, error);
    });
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299) {
    socket.destroy();
    throw refusedTunnel(proxy, authority, response);
  }
  if (head.length > 0) socket.unshift(head);
  return socket;
}

function authorityOf({ host, port }: Target): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function headersOf({ user, password }: Proxy): Record<string, string> {
  if (user === undefined) return {};
  const credentials = Buffer.from(`${user}:${password}`).toString("base64");
  return { "proxy-authorization": `Basic ${credentials}` };
}

function asked(
  socket: Socket,
  authority: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ response: IncomingMessage; head: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const connecting = request({
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...headers },
      createConnection: () => socket,
    });
    connecting.on("connect", (response, _socket, head) => {
      signal.removeEventListener("abort", onAbort);
      resolve({ response, head });
    });
    connecting.on("error", (error) => {
      signal.removeEventListener("abort", onAbort);
      reject(error);
    });
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else connecting.end();
  });
}

/** By SOCKS5. The proxy resolves the name. */
export async function throughSocks(
  socket: Socket,
  proxy: Proxy,
  target: Target,
  signal: AbortSignal,
): Promise<Socket> {
  const { SocksClient } = await import("npm:socks@2.8.11");
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    await SocksClient.createConnection({
      command: "connect",
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: 5,
        userId: proxy.user,
        password: proxy.password,
      },
      destination: { ...target },
      existing_socket: socket,
    });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw socksError(proxy, authorityOf(target), error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
