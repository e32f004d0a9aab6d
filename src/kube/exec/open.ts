/**
 * Opens an exec by the protocol that works: SPDY, which is faster and can end stdin on every
 * version of Kubernetes, or a websocket, which some proxies and Roles allow alone.
 */
import { ClusterError } from "../../errors.ts";
import { isStatus, StatusError } from "../status.ts";
import { ANSWER_TIMEOUT_MS } from "../limit.ts";
import type { Transport } from "../transport.ts";
import { ProtocolChoice } from "./protocols.ts";
import { type Opened, openSpdy } from "./spdy.ts";
import type { Options, Output } from "./stream.ts";
import { openWebSocket } from "./websocket.ts";

/** A proxy may swallow SPDY. The websocket after it has its own time. */
const FIRST_SPDY_MS = 10_000;

/** Throws ClusterError. No command has run by then. */
export async function open(
  transport: Transport,
  options: Options,
  output: Output,
  ended: AbortSignal,
): Promise<Opened> {
  const { protocols = new ProtocolChoice(), debug } = options;
  const { chosen } = protocols;
  if (chosen === "websocket") return await openWebSocket(transport, options, output, ended);
  if (chosen === "spdy") {
    return await openSpdy(transport, options, output, { ms: ANSWER_TIMEOUT_MS, ended });
  }
  try {
    const opened = await openSpdy(transport, options, output, { ms: FIRST_SPDY_MS, ended });
    protocols.choose("spdy");
    return opened;
  } catch (error) {
    ended.throwIfAborted();
    if (!mayPassAsWebSocket(error)) throw error;
    debug?.(`has no SPDY: ${error instanceof Error ? error.message : error}`);
  }
  const stream = await openWebSocket(transport, options, output, ended);
  protocols.choose("websocket");
  return stream;
}

/**
 * Whether a websocket may open where SPDY does not. A Role may allow `get` alone, which is the verb
 * of a websocket; the API server's other refusals are about the command.
 */
function mayPassAsWebSocket(error: unknown): boolean {
  if (!(error instanceof ClusterError)) return false;
  return !(error instanceof StatusError) || isStatus(error, 403);
}
