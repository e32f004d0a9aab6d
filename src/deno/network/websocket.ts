/** Websockets over connections of `dial`. */
import type { ClientRequest } from "node:http";
import type { Socket as Connection } from "node:net";
// @ts-types="npm:@types/ws@8.18.1"
import { WebSocket } from "npm:ws@8.23.0";
import type { Socket } from "../../kube/transport.ts";

/** The messages of an API server are shorter. */
const LARGEST_MESSAGE = 8 << 20;

export interface WebsocketOptions {
  /** Its scheme is http or https. */
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: Record<string, string>;
}

/** Returns a websocket that is not open yet, over a connection that nothing else uses. */
export function websocketOver(
  connection: Connection,
  { url, protocols, headers }: WebsocketOptions,
): Socket {
  const address = new URL(url);
  address.protocol = "ws:"; // TLS is in the connection
  const isSecret = url.protocol === "https:";
  const socket = new CopyingSocket(address, [...protocols], {
    headers: { ...headers, host: url.host },
    createConnection: () => connection,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
    // A mask keeps proxies from reading requests in the bytes. In TLS they read none, and masking
    // takes half of the processor time.
    ...(isSecret ? { generateMask: (mask: Uint8Array) => void mask.fill(0) } : {}),
    finishRequest(asking: ClientRequest) {
      // The library writes no spaces, which some servers expect.
      asking.setHeader("sec-websocket-protocol", protocols.join(", "));
      asking.end();
    },
  });
  socket.on("error", () => {}); // the caller's listeners come later
  return socket as unknown as Socket;
}

/** Messages with an empty mask are sent as they are, and the caller uses their memory again. */
class CopyingSocket extends WebSocket {
  override send(message: Parameters<WebSocket["send"]>[0]): void {
    super.send(message instanceof Uint8Array ? message.slice() : message);
  }
}
