/** The options of an upload. */
import type { RunEvent } from "../events.ts";
import type { Pause } from "../hold/pause.ts";
import type { Clock, Files } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import type { RemoteListing } from "../step/protocol/listing.ts";
import type { RecordedBase } from "../step/protocol/record.ts";
import type { RunName } from "../tekton/model.ts";
import type { Digests } from "../tree/digests.ts";
import type { Entry } from "../tree/walk.ts";
import type { Opened } from "./opened.ts";
import type { PrepackedTree } from "./prepack/prepacked_archive.ts";
import type { UploadName } from "./upload_name.ts";

/** When the stream is compressed: over a slow link, whenever the image can unpack it, or never. */
export type Compress = "auto" | "always" | "never";

/** Which extra files an upload deletes: those that earlier uploads sent, all, or none. */
export type Deletes = "auto" | "always" | "never";

/** Decides what else an upload removes. The client then asks for the whole directory. */
export interface Clean {
  readonly isLeft: (path: string) => boolean;
  /** Called with what the directory contains before the upload changes it. */
  readonly onListed: (listing: RemoteListing) => void;
}

/** The paths that the directory has and the tree has not. */
export interface OnTop {
  readonly removed: readonly string[];
}

/** The local tree to send. */
export interface SourceTree {
  readonly files: Files;
  /** The directory that the entries are relative to. */
  readonly root: string;
  readonly entries: readonly Entry[];
  readonly digests: Digests;
  /** Paths that are not sent, but stay if an earlier upload sent them. */
  readonly spares?: ReadonlySet<string>;
  /** Set if the directory already has the rest of the tree, which stays. */
  readonly onTop?: OnTop;
  /**
   * Whether the directory has the entry as the tree has it, or is to lack it. Asked for entries
   * that no record names.
   */
  readonly hasAlready?: (path: string) => boolean;
  /** Whether only the record tells which files uploads have changed, so that it has to be there. */
  readonly needsRecord?: boolean;
  /** The tree packed ahead, as far as memory allows; used only if the target directory is empty. */
  readonly prepacked?: PrepackedTree;
}

export interface SendOptions extends SourceTree {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly pause: Pause;
  /** The run that will use the uploaded tree. */
  readonly run: RunName;
  /** The target directory, relative to the workspace. */
  readonly directory: string;
  /** Where the record of the upload is kept, see recordPlace; undefined if nowhere. */
  readonly record?: string;
  /** With `onTop`: the commit below, for the record. */
  readonly base?: RecordedBase;
  /** The command line that unpacks: one word for a tar, more for a command of the user. */
  readonly program: readonly string[];
  readonly compress: Compress;
  readonly deletes: Deletes;
  readonly clean?: Clean;
  /** Whether the last exec releases the step, its work counted as done. */
  readonly release: boolean;
  /** The results of the skipped work, by name. */
  readonly results: Readonly<Record<string, string>>;
  /** The name of a series of uploads that this one continues. */
  readonly name?: UploadName;
  /** A receiver of that name, which was opened ahead. */
  readonly opened?: Opened;
  readonly random: (length: number) => string;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Aborts once no further attempt can help, because the run is over. */
  readonly over?: AbortSignal;
}
