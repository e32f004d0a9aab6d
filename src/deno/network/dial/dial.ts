/** Opens one connection to a server: TCP and TLS. */
import { isIP, type Socket } from "node:net";
import { connect, type Socket as NetSocket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface DialOptions {
  readonly tls?: TlsOptions;
  readonly proxy?: string;
}

export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export function dial(
  { host, port }: Target,
  { tls, proxy }: DialOptions,
  signal?: AbortSignal,
): Promise<Socket> {
  if (proxy !== undefined) throw new Error("no proxy yet");
  return new Promise((resolve, reject) => {
    const tcp: NetSocket = connect({ host, port, noDelay: true, keepAlive: true });
    const socket = tls === undefined ? tcp : connectTls({
      socket: tcp,
      host,
      servername: isIP(host) === 0 ? host : "",
      ...tls,
      ALPNProtocols: ["http/1.1"],
    });
    const fail = (error: unknown) => {
      socket.destroy();
      reject(error);
    };
    tcp.on("error", fail);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed")));
    socket.on(tls === undefined ? "connect" : "secureConnect", () => resolve(socket));
    signal?.addEventListener("abort", () => fail(signal.reason));
    if (signal?.aborted) fail(signal.reason);
  });
}
