/** Waits for the lock of a directory that another upload has, and says for whom. */
import { TransferError } from "../errors.ts";
import { isGoing, LockWatch, whoHolds } from "./lock_watch.ts";
import {
  breakLock,
  encodeLines,
  lock,
  type LockHolder,
  readLock,
} from "../step/protocol/receive.ts";
import type { Reply } from "./reply.ts";
import type { SendOptions } from "./options.ts";

/** How often the receiver is asked for it. */
const LOOK_MS = 1_000;

/** The limit of an upload into a step that stays held; one that lets its step go has that of its pause. */
const LIMIT_MS = 600_000;

/** Yields what is to be said until the lock is this upload's. Throws TransferError where that takes too long. */
export async function* awaitLock(
  { kube, clock, emit, signal, release, run: own, pause: { namespace, step } }: SendOptions,
  reply: Reply,
  first: LockHolder,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const watch = new LockWatch();
  const endMs = release ? Infinity : clock.now() + LIMIT_MS;
  for (let holder: LockHolder | undefined = first; holder !== undefined;) {
    const going = await isGoing(kube, namespace, holder.run);
    const nowMs = clock.now();
    if (nowMs >= endMs) {
      throw new TransferError(
        `Cannot upload into step "${step}": it waited ${LIMIT_MS / 1000} s for ${whoHolds(holder)}`,
        { hint: "try again once that has ended, or cancel it" },
      );
    }
    if (watch.mayBreak({ holder, nowMs, own, isGoing: going })) {
      yield encodeLines([breakLock(holder)]);
    } else {
      emit({ kind: "waiting", text: whoHolds(holder) });
      await clock.delay(LOOK_MS, signal);
    }
    yield encodeLines([lock(own)]);
    holder = readLock(await reply.text());
  }
}
