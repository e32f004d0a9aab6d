/**
 * Opens an exec by the protocol that works: SPDY, which is faster and can end stdin on every
 * version of Kubernetes, or a websocket, which some proxies and Roles allow alone.
 */
import { ClusterError } from "../../errors.ts";
import { ANSWER_TIMEOUT_MS } from "../limit.ts";
import { isStatus, StatusError } from "../status.ts";
import type { Transport } from "../transport.ts";
import { ProtocolChoice } from "./protocols.ts";
import { noExec, NotLetThrough, type Tried } from "./refusals.ts";
import { tryToOpenSpdy } from "./spdy.ts";
import type { Opened, Options, Output } from "./stream.ts";
import { openBy } from "./tries.ts";
import { tryToOpenWebSocket } from "./websocket.ts";

/** A proxy may swallow SPDY. The websocket after it has its own time. */
const FIRST_SPDY_MS = 10_000;

const WAYS = {
  spdy: { name: "SPDY", tryToOpen: tryToOpenSpdy },
  websocket: { name: "websocket", tryToOpen: tryToOpenWebSocket },
} as const;

/**
 * Throws ClusterError, and no command has run by then: NoExec if nothing has come through yet and
 * another try would not change it.
 */
export async function open(
  transport: Transport,
  options: Options,
  output: Output,
  ended: AbortSignal,
): Promise<Opened> {
  const { protocols = new ProtocolChoice(), debug } = options;
  const { chosen, hasWorked } = protocols;
  const tried: Tried[] = [];
  const openWith = async (protocol: keyof typeof WAYS, hasNext: boolean) => {
    const { name, tryToOpen } = WAYS[protocol];
    const tries = { ms: hasNext ? FIRST_SPDY_MS : ANSWER_TIMEOUT_MS, hasNext, ended };
    try {
      const opened = await openBy(tryToOpen, transport, options, output, tries);
      protocols.worked(protocol);
      return opened;
    } catch (error) {
      ended.throwIfAborted();
      tried.push({ name, error });
      if (hasNext && mayPassAsWebSocket(error)) {
        debug?.(`has no SPDY: ${error.message}`);
        return undefined;
      }
      throw error instanceof NotLetThrough && !hasWorked
        ? noExec(transport, options, tried)
        : error;
    }
  };
  const opened = chosen === undefined ? await openWith("spdy", true) : undefined;
  return opened ?? (await openWith(chosen ?? "websocket", false))!;
}

/**
 * Whether a websocket may open where SPDY does not. A Role may allow `get` alone, which is the verb
 * of a websocket; the API server's other refusals are about the command.
 */
function mayPassAsWebSocket(error: unknown): error is ClusterError {
  if (!(error instanceof ClusterError)) return false;
  return !(error instanceof StatusError) || isStatus(error, 403);
}
