/**
 * One command in a container over Kubernetes' exec websocket, with a stdin that has an end and
 * backpressure: client libraries offer neither.
 */
import { ClusterError } from "../errors.ts";
import { Channel, decodeFrame, encodeClose, encodeFrame, exitCodeOf, V4, V5 } from "./frames.ts";
import type { ExecOptions, ExecResult, Status } from "./interface.ts";
import { execPath } from "./paths.ts";
import { refused, unreachable } from "./status.ts";
import type { Socket, Transport } from "./transport.ts";

/** Above this many bytes in the socket's own buffer, stdin is not read on. */
const HIGH_WATER_BYTES = 1 << 20;
/** No event tells that a WebSocket's buffer drained, so it is looked at again this soon. */
const DRAIN_LOOK_MS = 1;

export async function exec(transport: Transport, options: ExecOptions): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  const path = execPath(options);
  const socket = await transport.socket(path, [V5, V4]);
  socket.binaryType = "arraybuffer";
  const ended = new AbortController();
  const result = receive(socket, options);
  const onAbort = () => socket.close();
  options.signal?.addEventListener("abort", onAbort);
  try {
    await opened(socket, () => reasonOf(transport, path, options));
    options.signal?.throwIfAborted();
    const sent = sendStdin(transport, socket, options, ended.signal);
    // A stdin that fails (an unreadable file) ends the command too: its error is the one to tell.
    const failed = sent.then(() => new Promise<never>(() => {}));
    return await Promise.race([result, failed]);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    ended.abort();
    options.signal?.removeEventListener("abort", onAbort);
    socket.close();
  }
}

function opened(socket: Socket, reason: () => Promise<Error>): Promise<void> {
  return new Promise((resolve, reject) => {
    let open = false;
    socket.addEventListener("open", () => {
      open = true;
      resolve();
    });
    const fail = () => open || reason().then(reject, reject);
    socket.addEventListener("error", fail);
    socket.addEventListener("close", fail);
  });
}

/** Resolves with the Status of channel 3; rejects where the socket closes without one. */
function receive(socket: Socket, options: ExecOptions): Promise<ExecResult> {
  const result = new Promise<ExecResult>((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => {
      const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
      if (frame === undefined) return;
      if (frame.channel === Channel.stdout) options.onStdout?.(frame.payload);
      else if (frame.channel === Channel.stderr) options.onStderr?.(frame.payload);
      else if (frame.channel === Channel.error) {
        const status = JSON.parse(new TextDecoder().decode(frame.payload)) as Status;
        resolve({ exitCode: exitCodeOf(status), message: status.message ?? "" });
      }
    });
    socket.addEventListener("close", ({ code, reason }) => {
      const why = reason === "" ? `connection lost (${code})` : reason;
      reject(
        new ClusterError(
          `Cannot run a command in pod "${options.pod}": ${why}`,
          { hint: "the pod may be gone, or the network interrupted" },
        ),
      );
    });
  });
  result.catch(() => {}); // it is awaited later, or not at all where opening fails
  return result;
}

async function sendStdin(
  transport: Transport,
  socket: Socket,
  options: ExecOptions,
  ended: AbortSignal,
): Promise<void> {
  if (options.stdin === undefined) return;
  const reader = options.stdin.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  ended.addEventListener("abort", stop);
  try {
    while (socket.readyState === 1) {
      const { done, value } = await reader.read();
      if (ended.aborted) return;
      if (done) {
        if (socket.protocol === V4) {
          throw new ClusterError(
            `Cannot end stdin in pod "${options.pod}": the server speaks only ${V4}`,
            { hint: "Kubernetes 1.30 and later speak v5" },
          );
        }
        socket.send(encodeClose(Channel.stdin));
        return;
      }
      socket.send(encodeFrame(Channel.stdin, value));
      while (socket.bufferedAmount > HIGH_WATER_BYTES && socket.readyState === 1) {
        await transport.delay(DRAIN_LOOK_MS);
      }
    }
  } finally {
    ended.removeEventListener("abort", stop);
  }
}

/** Why the upgrade was refused: the socket's error can't say it, a plain request of the same path can. */
async function reasonOf(
  transport: Transport,
  path: string,
  options: ExecOptions,
): Promise<Error> {
  const attempt = {
    verb: "exec into",
    kind: "Pod",
    name: options.pod,
    namespace: options.namespace,
    server: transport.server,
  };
  try {
    const response = await transport.request(path);
    const text = await response.text();
    return refused(attempt, parseStatus(text, response.status));
  } catch (error) {
    return unreachable(transport.server, error);
  }
}

export function parseStatus(text: string, code: number): Status {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === "Status") return { ...status, code: status.code ?? code };
  } catch {
    // not JSON: a proxy's page, or plain text
  }
  return { status: "Failure", code, message: text.trim().slice(0, 500) };
}
