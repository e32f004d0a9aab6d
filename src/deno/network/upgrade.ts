/** Asks over a fresh connection to speak another protocol than HTTP. */
import { request } from "node:http";
import type { Socket } from "node:net";
import type { Upgrade } from "../../kube/transport.ts";
import { failIfClosed, LARGEST_HEADERS } from "./dial/sockets.ts";
import { headersOf, toResponse } from "./http_client.ts";
import { SocketStream } from "./socket_stream.ts";

export interface UpgradeRequest {
  /** With the query. */
  readonly path: string;
  /** `host` and `upgrade` are among them. */
  readonly headers: Readonly<Record<string, string[]>>;
  readonly signal?: AbortSignal;
}

/** Sends a POST without a body. Closes the connection unless the server agrees. */
export function upgrade(
  socket: Socket,
  { path, headers, signal }: UpgradeRequest,
): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    const asking = request({
      method: "POST",
      path,
      headers: { ...headers, "connection": "Upgrade", "content-length": 0 },
      maxHeaderSize: LARGEST_HEADERS,
      createConnection: () => socket,
    });
    failIfClosed(asking);
    let isAnswered = false;
    const settle = (call: () => void) => {
      if (isAnswered) return;
      isAnswered = true;
      signal?.removeEventListener("abort", onAbort);
      call();
    };
    const fail = (error: unknown) =>
      settle(() => {
        socket.destroy();
        reject(error);
      });
    const onAbort = () => fail(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    asking.on("upgrade", (response, _socket, start) =>
      settle(() => {
        const stream = new SocketStream(socket);
        stream.unread(start);
        resolve({ stream, headers: headersOf(response) });
      }));
    asking.on("response", (response) =>
      settle(() => {
        response.on("close", () => socket.destroy());
        try {
          resolve({ refusal: toResponse(response) });
        } catch (error) {
          socket.destroy(); // a status that no answer has
          reject(error);
        }
      }));
    asking.on("error", fail);
    asking.on("close", () => fail(new Error("the connection was closed without an answer")));
    if (signal?.aborted) onAbort();
    else asking.end();
  });
}
