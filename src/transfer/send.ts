/**
 * Uploads a tree into a held step. The last exec of an upload carries the receipt, the results of
 * the skipped work and the release, so that a partial tree is never released.
 *
 * receiver/ has the conversation with the step, upload_state.ts what the client knows, and prepack/
 * a shortcut for an empty directory, which a reader can skip.
 */
import { onAbort } from "../async/on_abort.ts";
import { TransferError } from "../errors.ts";
import type { Receipt, Turn } from "../tree/archive/checksum_list.ts";
import { startsCompressed } from "./compression.ts";
import { listRemote } from "./list_remote.ts";
import type { SendOptions } from "./options.ts";
import { pipe } from "./pipe.ts";
import { sendPrepackedTree, takeUsable } from "./prepack/send_prepacked_tree.ts";
import { GateGone } from "./receiver/refusal.ts";
import { connect, makePlan, sendPlan, type Upload } from "./send_archive.ts";
import { UploadState } from "./upload_state.ts";

/** The delays before each further attempt of an upload that lost its connection. */
const BACKOFFS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Returns the receipt of the tree once it has arrived and, if wanted, the step is released. Throws
 * TransferError, and then the step is still held.
 */
export async function send(options: SendOptions): Promise<Receipt> {
  const { clock, emit } = options;
  const startMs = clock.now();
  const state: UploadState = new UploadState(
    options,
    (event) => emit({ ...event, elapsedMs: clock.now() - startMs - state.lockedMs }),
  );
  // A command line of the user may do anything with the stream: nothing can be verified.
  const isVerified = options.program.length === 1;
  const upload = { options, state };
  const receipt = isVerified ? await sendVerified(upload) : await pipe(upload);
  state.reportSent(isVerified);
  if (options.release) emit({ kind: "released" });
  return receipt;
}

/** Attempts the upload until the whole tree is verified; after a lost connection with a delay. */
async function sendVerified(upload: Upload): Promise<Receipt> {
  const { options, state } = upload;
  const { clock, emit, signal } = options;
  let lost: TransferError | undefined;
  for (let failures = 0;;) {
    const verifiedBefore = state.verified.size;
    try {
      if (await attempt(upload) === "end") return await state.receipt();
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GateGone && lost !== undefined && state.isAllSent) {
        return await state.receipt(); // the attempt before released the step: all had arrived
      }
      const isLost = error instanceof TransferError && error.connectionLost;
      // If not even another attempt is possible, how the connection was lost says more.
      if (!isLost) throw error instanceof TransferError ? error : lost ?? error;
      lost = error;
      if (state.verified.size > verifiedBefore) failures = 0;
      if (failures === BACKOFFS_MS.length) throw error;
      emit({ kind: "note", text: `${error.message}: trying again` });
      await clock.delay(BACKOFFS_MS[failures++], either(signal, options.over)).catch(() => {});
      signal.throwIfAborted();
      if (options.over?.aborted) throw error;
      state.connectionLost();
    }
  }
}

/**
 * Connects, lists what the directory contains, plans, sends, has it verified and finishes. Returns
 * "end" once the whole tree is verified, "part" if more has to follow in another exec.
 */
async function attempt(upload: Upload): Promise<Turn> {
  const { options, state } = upload;
  const opened = state.takeOpened();
  await using receiver = opened?.receiver ?? connect(upload);
  // it may have been opened without the signal
  using _stopping = onAbort(options.signal, () => void receiver[Symbol.asyncDispose]());
  const isFirst = !state.isListed;
  if (isFirst) {
    const remote = await listRemote(receiver, options, opened?.asked);
    state.listed(remote);
    options.clean?.onListed(remote.listing);
  }
  const plan = await makePlan(upload, receiver);
  const prepacked = await takeUsable(upload, plan);
  if (prepacked !== undefined) return await sendPrepackedTree(upload, receiver, prepacked);
  if (isFirst) {
    const { listing, leftBytes } = state;
    const choice = { compress: options.compress, listing, leftBytes };
    state.compressNext(await startsCompressed(receiver, choice) ?? state.isCompressed);
  }
  return await sendPlan(upload, receiver, plan);
}

function either(signal: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? signal : AbortSignal.any([signal, other]);
}
