/** Asks an HTTP proxy for a connection to a target, over an open connection to the proxy. */
import { Buffer } from "node:buffer";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { proxyError, refusedTunnel } from "./dial_errors.ts";
import type { Proxy } from "./proxy.ts";
import { authorityOf, failIfClosed, LARGEST_HEADERS, type Target } from "./sockets.ts";

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
      maxHeaderSize: LARGEST_HEADERS,
      createConnection: () => socket,
    });
    failIfClosed(connecting);
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
