/**
 * The channel codec of Kubernetes' exec websockets, v4.channel.k8s.io and v5.channel.k8s.io: pure.
 *
 * Each binary message is one byte of channel and then the payload: `[0, 104, 105]` is "hi" on stdin.
 * v5 adds one message: `[255, 0]` closes channel 0, which is how the remote command sees the end of
 * stdin. v4 has no such message. Channel 3 brings one JSON Status at the end.
 * Source: k8s.io/apimachinery/pkg/util/remotecommand/constants.go.
 */
import type { Status } from "./interface.ts";

export const V5 = "v5.channel.k8s.io";
export const V4 = "v4.channel.k8s.io";

export const Channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** One message: a channel and its payload. */
export interface Frame {
  readonly channel: number;
  readonly payload: Uint8Array;
}

export function encodeFrame(channel: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return frameEncoder(channel)(payload);
}

/**
 * The same for many payloads, each message in the memory of the one before: a socket has taken one once `send` returns,
 * and new memory costs more than the copy.
 */
export function frameEncoder(channel: number): (payload: Uint8Array) => Uint8Array<ArrayBuffer> {
  let memory = new Uint8Array(0);
  return (payload) => {
    const length = 1 + payload.length;
    if (memory.length < length) memory = new Uint8Array(length);
    memory[0] = channel;
    memory.set(payload, 1);
    return memory.subarray(0, length);
  };
}

/** Half-closes a channel (v5 only): `[255, channel]`. */
export function encodeClose(channel: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(Channel.close, channel);
}

/** A terminal's new size: channel 4, `{"Width":80,"Height":24}`. */
export function encodeResize(columns: number, rows: number): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify({ Width: columns, Height: rows });
  return encodeFrame(Channel.resize, new TextEncoder().encode(text));
}

/** Undefined for the empty messages that servers send as a probe. */
export function decodeFrame(message: Uint8Array): Frame | undefined {
  if (message.length === 0) return undefined;
  return { channel: message[0], payload: message.subarray(1) };
}

/**
 * The exit code in a channel 3 Status: 0 for Success, the cause of reason ExitCode else, undefined
 * where the command never ran (`{"status":"Failure","reason":"InternalError",...}`).
 */
export function exitCodeOf(status: Status): number | undefined {
  if (status.status === "Success") return 0;
  const cause = status.details?.causes?.find((c) => c.reason === "ExitCode");
  return /^\d{1,3}$/.test(cause?.message ?? "") ? Number(cause!.message) : undefined;
}

/** The Status of a command that ended: what `exitCodeOf` reads. */
export function statusOfExit(code: number): Status {
  if (code === 0) return { kind: "Status", apiVersion: "v1", status: "Success" };
  return {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason: "NonZeroExitCode",
    message: `command terminated with non-zero exit code: exit status ${code}`,
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
}
