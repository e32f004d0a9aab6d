/** Asks a SOCKS proxy for a connection to a target. Loaded on demand: it imports the library. */
import type { Socket } from "node:net";
import { SocksClient } from "npm:socks@2.8.11";
import { ConnectError } from "../../../kube/transport.ts";
import { longLogin, socksError } from "./dial_errors.ts";
import type { Proxy } from "./proxy.ts";
import { authorityOf, type Target } from "./sockets.ts";

/** The length of a user and of a password is one byte (RFC 1929). */
const LONGEST_BYTES = 255;

/** The proxy resolves the name. */
export async function throughSocks(
  socket: Socket,
  proxy: Proxy,
  target: Target,
  signal: AbortSignal,
): Promise<Socket> {
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    if ([proxy.user, proxy.password].some(isTooLong)) throw longLogin(proxy, LONGEST_BYTES);
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
    throw error instanceof ConnectError ? error : socksError(proxy, authorityOf(target), error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function isTooLong(text = ""): boolean {
  return new TextEncoder().encode(text).length > LONGEST_BYTES;
}
