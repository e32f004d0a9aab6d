/**
 * Asks over a fresh connection to speak another protocol than HTTP. Deno's fetch upgrades to
 * websockets alone, and node:http in Deno 2.7 breaks off over a connection that is already open.
 */
import type { Socket } from "node:net";
import type { Upgrade } from "../../kube/transport.ts";
import { type Head, readBody, readHead } from "./http_head.ts";
import { SocketStream } from "./socket_stream.ts";

export interface UpgradeRequest {
  /** With the query. */
  readonly path: string;
  /** `host` and `upgrade` are among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const SWITCHING = 101;
/** The client reads no more of the body of a refusal. */
const LARGEST_BODY_BYTES = 64 * 1024;

/** Sends a POST without a body. Closes the connection unless the server agrees. */
export async function upgrade(
  socket: Socket,
  { path, headers, signal }: UpgradeRequest,
): Promise<Upgrade> {
  const stream = new SocketStream(socket);
  const onAbort = () => stream.close();
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  try {
    await stream.send(requestHead(path, headers));
    const head = await readTheHead(stream);
    if (head.status === SWITCHING) {
      stream.unread(head.rest);
      return { stream, headers: head.headers };
    }
    const refusal = await readRefusal(stream, head);
    stream.close();
    return { refusal };
  } catch (error) {
    stream.close();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function requestHead(path: string, headers: UpgradeRequest["headers"]): Uint8Array {
  const all = { ...headers, "connection": "Upgrade", "content-length": "0" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return new TextEncoder().encode([`POST ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
}

/** Throws if the connection ends before, or for an answer that is not HTTP. */
async function readTheHead(stream: SocketStream): Promise<Head> {
  let bytes: Uint8Array = new Uint8Array(0);
  while (true) {
    const chunk = await stream.read();
    if (chunk === undefined) throw new Error("the connection was closed without an answer");
    bytes = joined(bytes, chunk);
    const head = readHead(bytes);
    if (head !== undefined) return head;
  }
}

/** Reads the body, or its start. */
async function readRefusal(stream: SocketStream, head: Head): Promise<Response> {
  let bytes = head.rest;
  let { body, isWhole } = readBody(head.headers, bytes);
  while (!isWhole && bytes.length < LARGEST_BODY_BYTES) {
    const chunk = await stream.read();
    if (chunk === undefined) break;
    bytes = joined(bytes, chunk);
    ({ body, isWhole } = readBody(head.headers, bytes));
  }
  // A Response has no status under 200, and some have no body.
  const status = head.status < 200 || head.status > 599 ? 502 : head.status;
  return new Response(body.length === 0 ? null : body.slice(), {
    status: body.length > 0 && [204, 205, 304].includes(status) ? 502 : status,
    headers: head.headers,
  });
}

function joined(start: Uint8Array, end: Uint8Array): Uint8Array {
  const whole = new Uint8Array(start.length + end.length);
  whole.set(start);
  whole.set(end, start.length);
  return whole;
}
