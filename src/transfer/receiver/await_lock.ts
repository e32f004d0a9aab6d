/** Waits for a directory whose lock another upload holds, and reports for which one. */
import { TransferError } from "../../errors.ts";
import type { LockHolder } from "../../step/protocol/receive.ts";
import type { SendOptions } from "../options.ts";
import { describeHolder, isRunning, LockWatch } from "./lock_watch.ts";
import type { Receiver } from "./receiver.ts";

/** How often the client asks for the lock. */
const ASK_MS = 1_000;

/**
 * How long an upload waits whose step stays held. One that releases its step may wait for as long
 * as its pause allows.
 */
const LIMIT_MS = 600_000;

/** Returns once this upload has the lock. Throws TransferError if that takes too long. */
export async function awaitLock(
  receiver: Receiver,
  { kube, clock, emit, signal, release, run: own, pause: { namespace, step } }: SendOptions,
  first: LockHolder,
): Promise<void> {
  const watch = new LockWatch();
  const endMs = release ? Infinity : clock.now() + LIMIT_MS;
  for (let holder: LockHolder | undefined = first; holder !== undefined;) {
    const running = await receiver.during(isRunning(kube, namespace, holder.run));
    const nowMs = clock.now();
    if (nowMs >= endMs) {
      throw new TransferError(
        `Cannot upload into step "${step}": it waited ${LIMIT_MS / 1000} s for ${
          describeHolder(holder)
        }`,
        { hint: "try again once that has ended, or cancel it" },
      );
    }
    if (watch.mayBreak({ holder, nowMs, isRunning: running })) {
      receiver.breakLock(holder);
    } else {
      emit({ kind: "waiting", text: describeHolder(holder) });
      await receiver.during(clock.delay(ASK_MS, signal));
    }
    holder = await receiver.lock(own);
  }
}
