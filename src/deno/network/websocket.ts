/** Websockets over connections of `dial`. */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket as Connection } from "node:net";
import { WebSocket } from "npm:ws@8.23.0";
import type { Socket } from "../../kube/transport.ts";
import { failIfClosed, LARGEST_HEADERS } from "./dial/sockets.ts";
import { type HeaderFields, toResponse } from "./http_client.ts";

/** The messages of an API server are shorter. */
const LARGEST_MESSAGE = 8 << 20;

export interface WebsocketOptions {
  /** Its scheme is http or https. */
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: HeaderFields;
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
    maxHeaderSize: LARGEST_HEADERS,
    createConnection: () => connection,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
    // A mask keeps proxies from reading requests in the bytes. In TLS they read none, and masking
    // takes half of the processor time.
    ...(isSecret ? { generateMask: (mask: Uint8Array) => void mask.fill(0) } : {}),
    finishRequest(asking: ClientRequest) {
      // The library writes no spaces, which some servers expect.
      failIfClosed(asking);
      asking.setHeader("sec-websocket-protocol", protocols.join(", "));
      asking.end();
    },
  });
  socket.on("error", () => {}); // the caller's listeners come later
  socket.on("unexpected-response", (_asking: ClientRequest, answer: IncomingMessage) => {
    try {
      socket.refusal = toResponse(answer);
    } catch {
      // Its status is not one of HTTP.
    }
    socket.emit("error", new Error(`the answer is ${answer.statusCode}`));
  });
  return socket;
}

/** The part of the library's class that is used here: it comes without types. */
type Library = new (address: URL, protocols: string[], options: object) => Socket & {
  on(event: "error" | "pong", call: () => void): void;
  on(
    event: "unexpected-response",
    call: (asking: ClientRequest, answer: IncomingMessage) => void,
  ): void;
  emit(event: "error", error: Error): void;
};

/** Messages with an empty mask are sent as they are, and the caller uses their memory again. */
class CopyingSocket extends (WebSocket as unknown as Library) {
  override refusal?: Response;

  // The library has no such event for listeners of this kind.
  override addEventListener(type: string, call: (event: never) => void): void {
    if (type === "pong") this.on(type, call as () => void);
    else super.addEventListener(type as "message", call as () => void);
  }

  override send(message: Uint8Array<ArrayBuffer>): void {
    super.send(message.slice());
  }
}
