/** Types of a receiver that is opened before there is anything to send. */
import type { RemoteListing } from "../step/protocol/listing.ts";
import type { UploadRecord } from "../step/protocol/record.ts";
import type { Receiver } from "./receiver/receiver.ts";

/** The answers about these names, which are on their way. */
export interface Asked {
  readonly names: readonly string[];
  readonly record?: Promise<UploadRecord | undefined>;
  readonly listing: Promise<RemoteListing>;
}

export interface Opened {
  readonly receiver: Receiver;
  readonly asked: Asked;
  /** To be called when the upload begins. */
  take(): void;
}
