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
  const pings = new Pings(stream);
  void pings.send(transport, ended);
  const isRead = () => terminal !== undefined || pings.unreadBytes <= LITTLE_BYTES;
  // A server that has never answered a ping may not know them.
  const isExpected = () => stream.pongs > 0 && pings.arePassed && isRead();
  await untilSilent(
    transport,
    { ms: DEAD_MS, signal: ended, isExpected },
    () => stream.received + stream.pongs,
  );
}

class Pings {
  /** Whether the network took all before the last ping: bytes that wait test it themselves. */
  arePassed = true;
  /** The bytes of stdin before each ping: the server has read them when it answers. */
  readonly #sentBefore = [0];

  constructor(private readonly stream: ExecStream) {}

  /** The bytes of stdin that the server may not have read. */
  get unreadBytes(): number {
    const { pongs, sentBytes } = this.stream;
    return sentBytes - this.#sentBefore[Math.min(pongs, this.#sentBefore.length - 1)];
  }

  async send(transport: Pick<Transport, "delay">, ended: AbortSignal): Promise<void> {
    const { stream } = this;
    while (stream.isOpen) {
      await transport.delay(PING_MS, ended).catch(() => {});
      if (ended.aborted || !stream.isOpen) return;
      this.arePassed = stream.bufferedAmount === 0;
      if (!this.arePassed) continue;
      this.#sentBefore.push(stream.sentBytes);
      stream.ping();
    }
  }
}
