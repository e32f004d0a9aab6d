/** Derives from a plan what the receiver does before and after it unpacks an archive. Pure. */
import type { RemoteListing } from "../step/protocol/listing.ts";
import type { AnnouncedDirectory } from "../step/protocol/receive.ts";
import { at } from "../step/protocol/remote_path.ts";
import { isListed } from "../tree/archive/checksum_list.ts";
import { asSent } from "../tree/archive/packer.ts";
import type { Entry } from "../tree/walk.ts";

/** From 32 MiB up, the receiver hashes a file as it arrives, which takes as long as its arrival. */
const HASHED_ON_ARRIVAL_BYTES = 32 * 1024 * 1024;

/** Returns the files that the receiver hashes as they arrive. */
export function hashedOnArrival(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry) =>
    entry.kind === "file" && entry.sizeBytes >= HASHED_ON_ARRIVAL_BYTES && isListed(entry)
  );
}

/**
 * Returns the directories of an archive that exist before it is unpacked: those in the listing, and
 * the shared ones, which the lanes of the upload have created.
 */
export function existingDirectories(
  entries: readonly Entry[],
  { listing, shared, nowSeconds }: {
    readonly listing: RemoteListing;
    readonly shared: readonly Entry[];
    readonly nowSeconds: number;
  },
): AnnouncedDirectory[] {
  const remote = (path: string) => at(listing.entries, path);
  return [...shared, ...entries.filter(({ path }) => remote(path)?.kind === "directory")]
    .filter(({ kind, path }) => kind === "directory" && !path.includes("\n"))
    .map((entry) => {
      const { path, mode, mtimeSeconds } = asSent(entry, nowSeconds);
      const before = remote(path)?.mode;
      const changes = before !== undefined && before !== mode;
      return { path, mtimeSeconds, ...(changes ? { mode } : {}) };
    });
}
