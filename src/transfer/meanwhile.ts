/** What takes time on this side of a conversation with a receiver: it hears meanwhile that somebody is here. */
import { Bell } from "../async/bell.ts";
import type { Clock } from "../host.ts";
import { encodeLines } from "../step/protocol/receive.ts";
import type { Reply } from "./reply.ts";
import { ticking } from "../async/ticking.ts";

const PING_MS = 5_000;

/** Yields what is to be said until `pending` has settled, and returns or throws what that does. */
export async function* meanwhile<T>(
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  reply: Reply,
  pending: Promise<T>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, T, undefined> {
  let isDone = false;
  const changed = new Bell();
  const done = () => {
    isDone = true;
    changed.ring();
  };
  pending.then(done, done);
  using _pinging = ticking(clock, { everyMs: PING_MS, signal }, () => changed.ring());
  while (true) {
    await changed.rings;
    if (isDone) return await pending;
    yield encodeLines(["ping"]);
    await reply.text();
  }
}
