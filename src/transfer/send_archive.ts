/** The steps that each exec of an upload consists of: connect, plan, send, verify, finish. */
import type { Announcement } from "../step/protocol/receive.ts";
import type { Turn } from "../tree/archive/checksum_list.ts";
import { existingDirectories, hashedOnArrival } from "./announcement.ts";
import type { SendOptions } from "./options.ts";
import { OutgoingArchive } from "./outgoing_archive.ts";
import { type Plan, planUpload } from "./plan.ts";
import type { PrepackedArchive } from "./prepack/prepacked_archive.ts";
import { Receiver } from "./receiver/receiver.ts";
import type { UploadState } from "./upload_state.ts";

export interface Upload {
  readonly options: SendOptions;
  readonly state: UploadState;
}

/** Starts a receiver in the held step, which ends when disposed. */
export function connect({ options, state }: Upload): Receiver {
  return new Receiver({
    ...options,
    upload: state.name.id,
    attempt: state.name.attempt,
    manifest: state.name.nextManifest(),
    pulses: state.pulses,
  });
}

/** Plans what is still to do. */
export async function makePlan({ options, state }: Upload, receiver: Receiver): Promise<Plan> {
  const plan = await receiver.during(planUpload({
    entries: options.entries,
    listing: state.listing,
    record: state.record,
    digest: (entry) => options.digests.of(entry),
    packed: state.packed,
    verified: state.verified,
    deletes: options.deletes,
    isLeft: options.clean?.isLeft,
    spares: options.spares,
    onTop: options.onTop,
    hasAlready: options.hasAlready,
    needsRecord: options.needsRecord,
  }));
  state.planned(plan);
  return plan;
}

/**
 * Packs and sends what the plan says. Returns "part" if the archive ended early over a slow link,
 * and more has to follow in another exec.
 */
export async function sendPlan(upload: Upload, receiver: Receiver, plan: Plan): Promise<Turn> {
  const { options, state } = upload;
  const { listing, sharedDirectories: shared } = state;
  const nowSeconds = options.clock.now() / 1000;
  const hash = hashedOnArrival(plan.send);
  const announcement = {
    ...notedInRecord(upload),
    remove: plan.remove,
    removeIfEmpty: plan.removeIfEmpty,
    directories: existingDirectories(plan.send, { listing, shared, nowSeconds }),
    hash,
    compressed: state.isCompressed,
  };
  const { manifest } = receiver;
  const archive = new OutgoingArchive({ ...upload, manifest, turn: "end", hash });
  return await deliver(upload, receiver, { announcement, archive, chunks: archive.pack(plan) });
}

/** Sends an archive that was packed ahead into an empty directory. */
export async function sendPrepacked(
  upload: Upload,
  receiver: Receiver,
  { prepacked, turn, isFirst }: {
    readonly prepacked: PrepackedArchive;
    /** "part" if another archive follows, or goes beside it. */
    readonly turn: Turn;
    /** Whether it is the first archive, which begins the record. */
    readonly isFirst: boolean;
  },
): Promise<Turn> {
  const hash = hashedOnArrival(prepacked.options.entries);
  const announcement = {
    ...(isFirst ? notedInRecord(upload) : {}),
    hash,
    compressed: await prepacked.compressed,
  };
  const { manifest } = receiver;
  const archive = new OutgoingArchive({ ...upload, manifest, turn, hash });
  const chunks = archive.takePrepacked(prepacked);
  return await deliver(upload, receiver, { announcement, archive, chunks });
}

/** Sends an archive, has the receiver verify it, and lets it finish. */
async function deliver(
  { options, state }: Upload,
  receiver: Receiver,
  { announcement, archive, chunks }: {
    readonly announcement: Announcement;
    readonly archive: OutgoingArchive;
    readonly chunks: AsyncIterable<Uint8Array>;
  },
): Promise<Turn> {
  const { compressed } = announcement;
  options.kube.debug?.(`upload sends ${compressed ? "a compressed" : "an uncompressed"} archive`);
  await receiver.send(announcement, chunks);
  if (archive.turn === "end") state.allSent();
  await receiver.confirm(archive.receipt);
  if (archive.turn === "end") state.reportSent(true); // the exec may take a while to end
  await receiver.exited();
  state.addVerified(archive.members);
  return archive.turn;
}

function notedInRecord({ options, state }: Upload): Partial<Announcement> {
  return options.record === undefined ? {} : state.recordUpdate.noted;
}
