/** An exec by a websocket: v5.channel.k8s.io, and v4, which has no half-close. */
import { Channel, decodeFrame, encodeFrame, V4, V5 } from "../../../kube/frames.ts";
import type { Status } from "../../../kube/interface.ts";
import { badRequest } from "../../store/api_error.ts";
import type { ExecClient, ExecListener } from "./client.ts";

/** While more bytes than this are unsent, the output of the process is not read. */
const HIGH_WATER_BYTES = 1 << 20;

/** Returns the newest protocol that the client offers. Throws ApiError if it offers none. */
export function chosenProtocol(request: Request): string {
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(/\s*,\s*/);
  const protocol = [V5, V4].find((known) => offered.includes(known));
  if (protocol !== undefined) return protocol;
  throw badRequest(`unable to upgrade: unsupported protocols ${offered.join(",")}`);
}

export function upgradeToWebSocket(
  request: Request,
  protocol: string,
): { response: Response; client: ExecClient } {
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  return { response, client: new WebSocketClient(socket) };
}

class WebSocketClient implements ExecClient {
  readonly opened: Promise<void>;

  constructor(private readonly socket: WebSocket) {
    this.opened = new Promise((resolve) => {
      for (const event of ["open", "error", "close"]) {
        socket.addEventListener(event, () => resolve());
      }
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  listen(listener: ExecListener): void {
    this.socket.addEventListener("message", ({ data }) => {
      const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
      if (frame?.channel === Channel.resize) listener.resized(frame.payload);
      else if (frame?.channel === Channel.stdin) listener.stdin(frame.payload);
      else if (frame?.channel === Channel.close && frame.payload[0] === Channel.stdin) {
        listener.stdinEnded();
      }
    });
    this.socket.addEventListener("close", () => listener.stdinEnded());
  }

  async send(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> {
    if (!this.isOpen) return;
    this.socket.send(encodeFrame(Channel[stream], bytes));
    // There is no event for a drained socket buffer.
    while (this.socket.bufferedAmount > HIGH_WATER_BYTES && this.isOpen) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  end(status: Status): void {
    if (!this.isOpen) return;
    this.socket.send(encodeFrame(Channel.error, new TextEncoder().encode(JSON.stringify(status))));
    this.socket.close(1000);
  }
}
