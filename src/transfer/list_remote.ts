/** Takes the lock of the target directory and asks what it contains. */
import type { RemoteListing } from "../step/protocol/listing.ts";
import type { UploadRecord } from "../step/protocol/record.ts";
import { MOST_NAMES, namesOfRecord, namesOfTree } from "./listed_names.ts";
import type { Asked } from "./opened.ts";
import type { SendOptions } from "./options.ts";
import { awaitLock } from "./receiver/await_lock.ts";
import type { Receiver } from "./receiver/receiver.ts";

/** The state of the target directory as the receiver reports it. */
export interface RemoteState {
  readonly listing: RemoteListing;
  /** The record of an earlier upload. */
  readonly record?: UploadRecord;
  /** How long another upload, or its run, had the lock. */
  readonly lockedMs: number;
}

export function askRemote(
  receiver: Receiver,
  { record }: Pick<SendOptions, "record">,
  names: readonly string[],
): Asked {
  return {
    names,
    record: record === undefined ? undefined : receiver.readRecord(),
    listing: list(receiver, names),
  };
}

/**
 * Takes the lock and asks, or waits for its turn and asks again. `asked` is about an earlier state
 * of the tree. Throws TransferError.
 */
export async function listRemote(
  receiver: Receiver,
  options: SendOptions,
  asked?: Asked,
): Promise<RemoteState> {
  const names = namesOfTree(options);
  const ask = () => askRemote(receiver, options, names);
  const lock = receiver.lock(options.run);
  let answers = asked ?? ask(); // in the same frame, as usually no other upload holds the lock
  const holder = await lock;
  const startMs = options.clock.now();
  if (holder !== undefined) {
    await Promise.allSettled([answers.record, answers.listing]); // empty while it is locked
    await awaitLock(receiver, options, holder);
    answers = ask();
  }
  const lockedMs = options.clock.now() - startMs;
  const found = await answers.record;
  const record = found && isOfTree(found, options) ? found : undefined;
  const more = [
    ...unlisted(names, answers.names),
    ...namesOfRecord(record, [...answers.names, ...names]),
  ]; // while the receiver still lists
  const listing = await answers.listing;
  return {
    record,
    lockedMs,
    listing: more.length === 0 ? listing : joined(listing, await list(receiver, more)),
  };
}

/** On top of a clone, only the record that an earlier attempt has begun is about the directory. */
function isOfTree({ base }: UploadRecord, { onTop, base: own }: SendOptions): boolean {
  if (onTop === undefined) return true;
  return own !== undefined && base?.commit === own.commit && base.run === own.run;
}

/** Asks in several questions if there are many names. */
function list(receiver: Receiver, names: readonly string[]): Promise<RemoteListing> {
  const questions = Math.max(1, Math.ceil(names.length / MOST_NAMES));
  const answers = Array.from(
    { length: questions },
    (_, at) => receiver.list(names.slice(at * MOST_NAMES, (at + 1) * MOST_NAMES)),
  );
  const listing = Promise.all(answers).then((all) => all.reduce(joined));
  listing.catch(() => {}); // the caller may have failed for another reason
  return listing;
}

/** Returns the names of a tree that were not asked for. */
function unlisted(names: readonly string[], asked: readonly string[]): string[] {
  const known = new Set(asked);
  return known.has(".") ? [] : names.filter((name) => !known.has(name));
}

function joined(one: RemoteListing, other: RemoteListing): RemoteListing {
  return { ...one, entries: new Map([...one.entries, ...other.entries]) };
}
