/** Opens sockets of the runtime as promises. */
import type { ClientRequest } from "node:http";
import { connect, type Socket } from "node:net";

/** Silence before the first probe of a connection. */
const KEEP_ALIVE_MS = 30_000;

/** Proxies with a sign-on add cookies of many KiB. Go takes headers of 1 MiB, too. */
export const LARGEST_HEADERS = 1 << 20;

export interface Target {
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Returns "192.0.2.1:443" or "[2001:db8::1]:443". */
export function authorityOf({ host, port }: Target): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Opens TCP to the first address of the host that answers, with TCP_NODELAY and keep-alive. */
export function tcp({ host, port }: Target, signal: AbortSignal): Promise<Socket> {
  const socket = connect({
    host,
    port,
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  return ready(socket, "connect", signal);
}

/** Errors of connections between two hops. */
const failures = new WeakMap<Socket, Error>();

/** Resolves at the event. An error, the end and the signal destroy the socket and reject. */
export function ready<T extends Socket>(
  socket: T,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<T> {
  // An error between two hops must not end the program: the next hop sees the closed socket.
  socket.on("error", (error) => failures.set(socket, error));
  return new Promise((resolve, reject) => {
    const settle = (call: () => void) => {
      signal.removeEventListener("abort", onAbort);
      socket.off(event, onReady);
      socket.off("error", onError);
      socket.off("close", onClose);
      call();
    };
    const fail = (error: unknown) =>
      settle(() => {
        socket.destroy();
        reject(error);
      });
    const onReady = () => settle(() => resolve(socket));
    const onError = (error: Error) => fail(error);
    const onClose = () => fail(new Error("the connection was closed"));
    const onAbort = () => fail(signal.reason);
    socket.on(event, onReady);
    socket.on("error", onError);
    socket.on("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

/**
 * Fails a request whose connection has closed without an answer: Deno (2.9.6) leaves it without an
 * end if that was before the request was sent. By TLS 1.3, a server refuses a client certificate
 * then. The listeners of the request get no error twice.
 */
export function failIfClosed(asking: ClientRequest): void {
  let connection: Socket | undefined;
  let isSettled = false;
  const fail = () => {
    if (isSettled) return;
    const closed = new Error("the connection was closed without an answer");
    asking.emit("error", connection && failures.get(connection) || closed);
  };
  asking.on("error", () => isSettled = true);
  asking.on("response", () => isSettled = true);
  asking.on("socket", (socket) => {
    connection = socket;
    if (socket.destroyed) fail();
  });
  asking.on("close", fail);
}
