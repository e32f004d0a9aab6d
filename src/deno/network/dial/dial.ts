/**
 * Opens one connection to a server: TCP, through a proxy if there is one, and TLS. Each hop that
 * fails is a ConnectError with the words for it.
 */
import { isIP, type Socket } from "node:net";
import tls, { type TLSSocket } from "node:tls";
import type { ConnectError } from "../../../kube/transport.ts";
import { publicAuthorities } from "../authorities.ts";
import type { Connection, Credentials, ServerTls } from "../kubeconfig.ts";
import { ChainError, examined, type Found, shownBy } from "./chain.ts";
import { throughHttp } from "./http_tunnel.ts";
import { isUntrusted, proxyError, tcpError, tlsError, tooLate } from "./dial_errors.ts";
import { type Proxy, readProxy } from "./proxy.ts";
import { ready, type Target, tcp } from "./sockets.ts";

export type { Target };

export interface DialOptions {
  /** Absent for a server that speaks no TLS. */
  readonly tls?: TlsOptions;
  /** A URL of http, https, socks5 or socks5h, with `user:password@` if the proxy asks for it. */
  readonly proxy?: string;
  /** The longest duration of all hops together. */
  readonly deadlineMs?: number;
}

/** The trust in the server, and a client certificate with its key in PEM. */
export interface TlsOptions extends ServerTls {
  readonly cert?: string;
  readonly key?: string;
}

/** Shorter than the limit of a request: the error then names the hop. */
const DEADLINE_MS = 20_000;

/** Dials the API server of a kubeconfig's context, as its user. */
export function dialServer(
  { server, tls, proxy }: Pick<Connection, "server" | "tls" | "proxy">,
  { certificate }: Credentials,
  signal?: AbortSignal,
): Promise<Socket> {
  const { protocol, hostname, port } = new URL(server);
  const isTls = protocol === "https:";
  const target = { host: bare(hostname), port: Number(port) || (isTls ? 443 : 80) };
  return dial(target, { tls: isTls ? { ...tls, ...certificate } : undefined, proxy }, signal);
}

/**
 * Returns an open connection, a TLSSocket if the server speaks TLS. Its errors after that are
 * events, and the caller listens to them; each is followed by the event `close`.
 */
export async function dial(
  target: Target,
  { tls: wanted, proxy: proxyUrl, deadlineMs = DEADLINE_MS }: DialOptions,
  signal?: AbortSignal,
): Promise<Socket> {
  const proxy = proxyUrl === undefined ? undefined : readProxy(proxyUrl);
  const ended = new AbortController();
  const end = () => ended.abort(signal?.reason);
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  const timer = setTimeout(() => ended.abort(tooLate(deadlineMs, proxy)), deadlineMs);
  try {
    const reach = () => tunnel(target, { proxy, trust: wanted }, ended.signal);
    const socket = await reach();
    if (wanted === undefined) return socket;
    return await handshake(socket, target, wanted, ended.signal).catch(async (error) => {
      ended.signal.throwIfAborted();
      const found = isUntrusted(error) ? await lookAt(await reach(), wanted, ended.signal) : {};
      throw tlsError(error, { name: wanted.servername ?? target.host, ...found });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

/** Returns a connection to the target that speaks no TLS yet. */
async function tunnel(
  target: Target,
  { proxy, trust }: { readonly proxy?: Proxy; readonly trust?: ServerTls },
  signal: AbortSignal,
): Promise<Socket> {
  if (proxy === undefined) return await hop(tcp(target, signal), signal, tcpError);
  const explain = (error: unknown) => proxyError(proxy, error);
  const opened = await hop(tcp(proxy, signal), signal, explain);
  if (proxy.scheme === "socks5") {
    const { throughSocks } = await import("./socks_tunnel.ts");
    return await throughSocks(opened, proxy, target, signal);
  }
  if (proxy.scheme === "http") return await throughHttp(opened, proxy, target, signal);
  // As with kubectl, the authority of the cluster may vouch for the proxy too.
  const ca = [...publicAuthorities(), ...trust?.ca ?? []];
  const own = handshake(opened, proxy, { ca, insecure: trust?.insecure }, signal);
  return await throughHttp(await hop(own, signal, explain), proxy, target, signal);
}

async function handshake(
  socket: Socket,
  { host }: Target,
  { ca = publicAuthorities(), cert, key, servername, insecure = false }: TlsOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const name = bare(servername ?? host);
  const secure = tls.connect({
    socket,
    host: name,
    // A name goes into the handshake, an address does not.
    servername: isIP(name) === 0 ? name : "",
    ca: [...ca],
    cert,
    key,
    rejectUnauthorized: !insecure,
    ALPNProtocols: ["http/1.1"],
  });
  await ready(secure, "secureConnect", signal);
  if (insecure) return secure;
  const found = examined(shownBy(secure), ca);
  if (found.fault === undefined) return secure;
  secure.destroy();
  throw new ChainError(found);
}

/** Returns an IPv6 address without brackets. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Returns what is wrong with the certificate that the server shows: Deno (2.9.6) reports all as one
 * of an unknown authority. Nothing is sent over this connection.
 */
async function lookAt(
  socket: Socket,
  { ca = publicAuthorities() }: TlsOptions,
  signal: AbortSignal,
): Promise<Found> {
  const nobody = { host: "", port: 0 };
  try {
    const secure = await handshake(socket, nobody, { insecure: true }, signal);
    const shown = shownBy(secure);
    secure.destroy();
    return examined(shown, ca);
  } catch {
    return { fault: "unknown authority" }; // the first error says enough
  }
}

/** Rejects with the reason of the signal, or with the words for the hop that failed. */
async function hop<T>(
  opening: Promise<T>,
  signal: AbortSignal,
  explain: (error: unknown) => ConnectError,
): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error);
  }
}
