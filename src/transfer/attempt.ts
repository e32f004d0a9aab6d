/**
 * One attempt of an upload: connect, list what the directory contains, plan, send, verify, finish.
 * A tree that was packed ahead is a shortcut for an empty directory.
 */
import type { Turn } from "../tree/archive/checksum_list.ts";
import { startsCompressed } from "./compression.ts";
import { listRemote } from "./list_remote.ts";
import { sendPrepackedTree, takeUsable } from "./prepack/send_prepacked_tree.ts";
import { connect, makePlan, sendPlan, type Upload } from "./send_archive.ts";

/** Returns "end" once the whole tree is verified, "part" if more has to follow in another exec. */
export async function attempt(upload: Upload): Promise<Turn> {
  const { options, state } = upload;
  await using receiver = connect(upload);
  const isFirst = !state.isListed;
  if (isFirst) state.listed(await listRemote(receiver, options));
  const plan = await makePlan(upload, receiver);
  const prepacked = await takeUsable(upload, plan);
  if (prepacked !== undefined) return await sendPrepackedTree(upload, receiver, prepacked);
  if (isFirst) {
    const { compress } = options;
    const { listing, leftBytes } = state;
    const compressed = await startsCompressed(receiver, { compress, listing, leftBytes });
    if (compressed !== undefined) state.compressNext(compressed);
  }
  return await sendPlan(upload, receiver, plan);
}
