/**
 * Sends a tree into a held step: over as many execs as it takes, of which the last one carries the receipt, the results
 * of the skipped work and the release.
 */
import { TransferError } from "../errors.ts";
import type { Receipt, Turn } from "../tree/archive/checksum_list.ts";
import type { PrepackedArchive } from "./prepacked_archive.ts";
import { type Role, sendPart } from "./part.ts";
import { pipe } from "./pipe.ts";
import { GateGone } from "./refusal.ts";
import { Transfer } from "./upload_state.ts";
import type { SendOptions } from "./options.ts";

/** How long it is waited before each further try of an upload whose connection was lost. */
const BACKOFFS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Returns once all is there and, if wanted, the step released; throws TransferError, and then it is held still. */
export async function send(options: SendOptions): Promise<Receipt> {
  const { clock, emit } = options;
  const startMs = clock.now();
  const elapsedMs = () => clock.now() - startMs;
  // A command line of the user's own may do anything with the stream: nothing can be checked.
  const verified = options.program.length === 1;
  const transfer = new Transfer(
    options,
    (event) => emit({ ...event, elapsedMs: elapsedMs() }),
  );
  const receipt = verified ? await sendParts(options, transfer) : await pipe(options, transfer);
  transfer.tellSent(verified);
  if (options.release) emit({ kind: "released" });
  return receipt;
}

async function sendParts(options: SendOptions, transfer: Transfer): Promise<Receipt> {
  const { clock, emit, signal } = options;
  let lost: TransferError | undefined;
  for (let tries = 0;;) {
    const before = transfer.verified.size;
    try {
      if (await sendSome(options, transfer) === "end") return await transfer.receipt();
      tries = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GateGone && lost !== undefined && transfer.isAllSent) {
        return await transfer.receipt(); // only what had arrived whole has let it go
      }
      const isLost = error instanceof TransferError && error.connectionLost;
      // What can't even be tried again has gone with the connection: how that was lost says more.
      if (!isLost) throw error instanceof TransferError ? error : lost ?? error;
      lost = error;
      if (transfer.verified.size > before) tries = 0;
      if (tries === BACKOFFS_MS.length) throw error;
      emit({ kind: "note", text: `${error.message.replace(/^Cannot /, "Can't ")}: trying again` });
      await clock.delay(BACKOFFS_MS[tries++], anyOf(signal, options.over)).catch(() => {});
      signal.throwIfAborted();
      if (options.over?.aborted) throw error;
      transfer.restart();
    }
  }
}

/** One part; where nothing lies there yet and all is packed in two, these side by side, and one that ends it. */
async function sendSome(options: SendOptions, transfer: Transfer): Promise<Turn> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const part = (role: Role) => sendPart({ ...options, signal }, transfer, role);
  const other = Promise.withResolvers<PrepackedArchive | undefined>();
  const first = part({ split: other.resolve }).finally(() => other.resolve(undefined));
  const second = other.promise.then((half) => half && part({ half }));
  const both = Promise.all([first, second]);
  const last = other.promise.then(async (half) => {
    if (half === undefined) return;
    await Promise.race([first, second]); // its exec starts while the slower one is still checked
    return await part({ after: both });
  });
  try {
    const [[turn], lastTurn] = await Promise.all([both, last]);
    return lastTurn ?? turn;
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([first, second, last]);
    throw error;
  }
}

function anyOf(signal: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? signal : AbortSignal.any([signal, other]);
}
