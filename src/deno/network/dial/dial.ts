/** Opens one connection to a server: TCP and TLS. */
import { connect, isIP, type Socket } from "node:net";
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

export async function dial(
  { host, port }: Target,
  { tls, proxy }: DialOptions,
  signal?: AbortSignal,
): Promise<Socket> {
  if (proxy !== undefined) throw new Error("no proxy yet");
  const tcp = connect({ host, port, noDelay: true, keepAlive: true });
  await ready(tcp, "connect", signal);
  if (tls === undefined) return tcp;
  const secure = connectTls({
    socket: tcp,
    host,
    servername: isIP(host) === 0 ? host : "",
    ...tls,
    ALPNProtocols: ["http/1.1"],
  });
  await ready(secure, "secureConnect", signal);
  return secure;
}

function ready(socket: Socket, event: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed")));
    socket.on(event, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
  });
}
