/**
 * Notices dead connections: the network of a laptop that slept, or of a firewall that has forgotten
 * the connection, never says that it is gone.
 */
import { untilSilent } from "../silence.ts";
import type { Transport } from "../transport.ts";
import type { ExecStream, Options } from "./stream.ts";

/** How often the client pings an idle connection. */
const PING_MS = 15_000;
/** The longest silence of a connection. kubectl gives a websocket 61 s, and SPDY no limit. */
export const DEAD_MS = 60_000;
/** A ping waits behind more of stdin than this, which the command may not read for long. */
const LITTLE_BYTES = 4096;

/** Pings the server. Resolves once it has answered nothing for DEAD_MS, though it should. */
export async function untilDead(
  transport: Pick<Transport, "delay">,
  stream: ExecStream,
  { terminal }: Pick<Options, "terminal">,
  ended: AbortSignal,
): Promise<void> {
  /** The bytes of stdin before each ping: the server has read them when it answers. */
  const sentBefore = [0];
  void sendPings(transport, stream, sentBefore, ended);
  const unread = () => stream.sentBytes - sentBefore[Math.min(stream.pongs, sentBefore.length - 1)];
  // A server that has never answered a ping may not know them.
  const isPinged = () => stream.pongs > 0 && stream.bufferedAmount === 0;
  const isExpected = () => isPinged() && (terminal !== undefined || unread() <= LITTLE_BYTES);
  await untilSilent(
    transport,
    { ms: DEAD_MS, signal: ended, isExpected },
    () => stream.received + stream.pongs,
  );
}

async function sendPings(
  transport: Pick<Transport, "delay">,
  stream: ExecStream,
  sentBefore: number[],
  ended: AbortSignal,
): Promise<void> {
  while (stream.isOpen) {
    await transport.delay(PING_MS, ended).catch(() => {});
    if (ended.aborted) return;
    // Bytes that wait to be sent test the network themselves.
    if (!stream.isOpen || stream.bufferedAmount > 0) continue;
    sentBefore.push(stream.sentBytes);
    stream.ping();
  }
}
