/** The lines that announce an archive: what the receiver does before and after it unpacks. Pure. */
import type { RemoteListing } from "../step/protocol/listing.ts";
import * as protocol from "../step/protocol/receive.ts";
import { at } from "../step/protocol/remote_path.ts";
import { isListed } from "../tree/archive/checksum_list.ts";
import { asSent } from "../tree/archive/packer.ts";
import type { Entry } from "../tree/walk.ts";
import type { Plan } from "./plan.ts";

/** From 32 MiB up, the receiver hashes a file as it arrives, which takes as long as its arrival. */
const HASHED_ON_ARRIVAL_BYTES = 32 * 1024 * 1024;

/** Returns the lines that remove what the plan removes. */
export function removals({ remove, removeIfEmpty }: Plan): string[] {
  return [...remove.map(protocol.remove), ...removeIfEmpty.map(protocol.removeDirectory)];
}

/**
 * Returns the lines for directories of the archive that already exist, which get their mtime, and
 * their mode if it changes. The lanes of an upload create the shared ones.
 */
export function existingDirectories(
  entries: readonly Entry[],
  { listing, shared, nowSeconds }: {
    readonly listing: RemoteListing;
    readonly shared: readonly Entry[];
    readonly nowSeconds: number;
  },
): string[] {
  const remote = (path: string) => at(listing.entries, path);
  return [...shared, ...entries.filter(({ path }) => remote(path)?.kind === "directory")]
    .filter(({ kind, path }) => kind === "directory" && !path.includes("\n"))
    .map((entry) => {
      const { path, mode, mtimeSeconds } = asSent(entry, nowSeconds);
      const before = remote(path)?.mode;
      const changed = before === undefined || before === mode ? undefined : mode;
      return protocol.directory(path, mtimeSeconds, changed);
    });
}

/** Returns the files of the archive that the receiver hashes as they arrive. */
export function hashedOnArrival(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry) =>
    entry.kind === "file" && entry.sizeBytes >= HASHED_ON_ARRIVAL_BYTES && isListed(entry)
  );
}
