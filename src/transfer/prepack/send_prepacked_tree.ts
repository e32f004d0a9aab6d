/** Sends a tree that was packed ahead: in one archive, or in two lanes and a last exec. */
import type { Turn } from "../../tree/archive/checksum_list.ts";
import type { Plan } from "../plan.ts";
import type { Receiver } from "../receiver/receiver.ts";
import { connect, makePlan, sendPlan, sendPrepacked, type Upload } from "../send_archive.ts";
import type { PrepackedArchive, PrepackedTree } from "./prepacked_archive.ts";

/**
 * Returns the tree that was packed ahead if the plan sends all of it and the receiver can unpack
 * it; otherwise drops it.
 */
export async function takeUsable(
  { options, state }: Upload,
  { send }: Plan,
): Promise<PrepackedTree | undefined> {
  const prepacked = state.takePrepacked();
  if (prepacked === undefined) return undefined;
  const { first, second } = prepacked;
  const archives = second === undefined ? [first] : [first, second];
  const compressed = await Promise.all(archives.map((archive) => archive.compressed));
  const { gzip, entries } = state.listing;
  const isWhole = send.length === options.entries.length && entries.size === 0;
  if (isWhole && (gzip || !compressed.includes(true))) {
    state.compressNext(compressed[0]);
    return prepacked;
  }
  for (const archive of archives) archive.discard();
  return undefined;
}

export async function sendPrepackedTree(
  upload: Upload,
  receiver: Receiver,
  { first, second, shared }: PrepackedTree,
): Promise<Turn> {
  upload.options.kube.debug?.(`upload takes ${second === undefined ? "one lane" : "two lanes"}`);
  if (second !== undefined) {
    upload.state.splitInLanes(shared);
    return await sendInLanes(upload, receiver, [first, second]);
  }
  return await sendPrepacked(upload, receiver, { prepacked: first, turn: "end", isFirst: true });
}

/**
 * Sends two archives side by side, and then what ends the upload in a third exec. That one starts
 * once the faster lane has ended, while the receiver still verifies the slower one.
 */
async function sendInLanes(
  upload: Upload,
  receiver: Receiver,
  [first, second]: readonly [PrepackedArchive, PrepackedArchive],
): Promise<Turn> {
  await using beside = connect(upload);
  const lanes = [
    sendPrepacked(upload, receiver, { prepacked: first, turn: "part", isFirst: true }),
    sendPrepacked(upload, beside, { prepacked: second, turn: "part", isFirst: false }),
  ];
  const both = Promise.all(lanes);
  both.catch(() => {}); // the race below throws it, too
  try {
    await Promise.race(lanes);
    await using last = connect(upload);
    await last.during(both);
    return await sendPlan(upload, last, await makePlan(upload, last));
  } catch (error) {
    // A lane that is still under way would report its progress into the next attempt.
    await Promise.all([receiver, beside].map((lane) => lane[Symbol.asyncDispose]()));
    await Promise.allSettled(lanes);
    throw error;
  }
}
