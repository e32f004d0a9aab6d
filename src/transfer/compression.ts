/**
 * Decides whether a stream is compressed. An archive that was packed ahead decides on its own, by
 * how well its content compresses: see prepack/prepacked_archive.ts.
 */
import type { RemoteListing } from "../step/protocol/listing.ts";
import type { Compress } from "./options.ts";
import type { Receiver } from "./receiver/receiver.ts";

/** A link with such a round trip counts as slow until it proves fast. */
const FAR_MS = 20;
/** Fewer bytes are sent as they are: to measure the round trip takes as long. */
const MEASURED_BYTES = 256e3;
/**
 * After 500 ms, a link counts as slow if it takes less than 16 MB/s on average. The first megabytes
 * only fill the buffers on the way.
 */
const MEASURED_MS = 500;
const FAST_BYTES_PER_MS = 16e3;
/** With fewer bytes left to send, a switch to gzip gains nothing. */
const WORTH_BYTES = 4e6;

export interface CompressionChoice {
  readonly compress: Compress;
  readonly listing: Pick<RemoteListing, "gzip">;
  readonly leftBytes: number;
}

/**
 * Returns whether the rest of the tree is compressed from the start; undefined if that need not be
 * measured, so that it stays as it is.
 */
export async function startsCompressed(
  receiver: Pick<Receiver, "roundTripMs">,
  { compress, listing: { gzip }, leftBytes }: CompressionChoice,
): Promise<boolean | undefined> {
  if (compress === "always") return gzip;
  if (compress === "never" || !gzip || leftBytes < MEASURED_BYTES) return undefined;
  return await receiver.roundTripMs() >= FAR_MS;
}

/** Returns whether an archive that goes uncompressed had better end, and the rest go compressed. */
export function isTooSlow(
  { compress, listing, leftBytes, sentBytes, elapsedMs }: CompressionChoice & {
    readonly sentBytes: number;
    readonly elapsedMs: number;
  },
): boolean {
  return compress === "auto" && listing.gzip && elapsedMs > MEASURED_MS &&
    sentBytes < FAST_BYTES_PER_MS * elapsedMs && leftBytes > WORTH_BYTES;
}
