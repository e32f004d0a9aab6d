/**
 * The codec of Kubernetes' exec websockets, v4.channel.k8s.io and v5.channel.k8s.io. Pure.
 *
 * A binary message is a byte for the channel and then the payload: `[0, 104, 105]` is "hi" on
 * stdin. v5 adds a message that closes a channel: `[255, 0]` is the end of stdin. v4 has no such
 * message. At the end, channel 3 carries a JSON Status. Source:
 * k8s.io/apimachinery/pkg/util/remotecommand/constants.go.
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
 * Returns an encoder for many payloads that reuses one buffer: a socket has copied a message once
 * `send` returns, and a new buffer costs more than the copy.
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

/** Encodes the end of a channel, v5 only: `[255, channel]`. */
export function encodeClose(channel: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(Channel.close, channel);
}

/** Encodes the size of a terminal: channel 4, `{"Width":80,"Height":24}`. */
export function encodeResize(columns: number, rows: number): Uint8Array<ArrayBuffer> {
  return encodeFrame(Channel.resize, terminalSize(columns, rows));
}

/** Returns the text for the size of a terminal, which all protocols of exec share. */
export function terminalSize(columns: number, rows: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ Width: columns, Height: rows }));
}

/** Returns undefined for the empty messages that servers send as a probe. */
export function decodeFrame(message: Uint8Array): Frame | undefined {
  if (message.length === 0) return undefined;
  return { channel: message[0], payload: message.subarray(1) };
}

/**
 * Returns the exit code in a Status of channel 3: 0 for Success, else the cause ExitCode. Returns
 * undefined if the command never ran: `{"status":"Failure","reason":"InternalError",...}`.
 */
export function exitCodeOf(status: Status): number | undefined {
  if (status.status === "Success") return 0;
  const cause = status.details?.causes?.find((c) => c.reason === "ExitCode");
  return /^\d{1,3}$/.test(cause?.message ?? "") ? Number(cause!.message) : undefined;
}

/** Returns the Status of a command that ended, the inverse of `exitCodeOf`. */
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
