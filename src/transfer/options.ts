/** What an upload is told. */
import type { Clock, Files } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import type { Deletes } from "./delta.ts";
import type { Digests } from "../tree/digests.ts";
import type { PrepackedArchive } from "./prepacked_archive.ts";
import type { Entry } from "../tree/walk.ts";
import type { RunEvent } from "../events.ts";
import type { Pause } from "../hold/pause.ts";
import type { RunName } from "../tekton/model.ts";

/** When what is sent is compressed: where the link is slow, where the image can unpack it, or never. */
export type Compress = "auto" | "always" | "never";

/** What is sent. */
export interface SourceTree {
  readonly files: Files;
  /** The directory that is sent, and what of it. */
  readonly root: string;
  readonly entries: readonly Entry[];
  readonly digests: Digests;
  /** Of what is not sent: what stays where an earlier upload has sent it. */
  readonly spares?: ReadonlySet<string>;
  /** Packed already, as far as memory allows: for a place where nothing lies yet. */
  readonly prepared?: PrepackedTree;
}

/** All of the tree in one archive, or in two that are sent side by side. */
export interface PrepackedTree {
  readonly first: PrepackedArchive;
  readonly second?: PrepackedArchive;
  /** The directories that both put something into. */
  readonly shared: readonly Entry[];
}

export interface SendOptions extends SourceTree {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly pause: Pause;
  /** The run that goes on with what is sent. */
  readonly run: RunName;
  /** Relative to the workspace. */
  readonly directory: string;
  /** Where word is left of what was sent: see recordPlace. */
  readonly record?: string;
  /** The program that reads the archive, and its arguments: none for the usual ones. */
  readonly program: readonly string[];
  readonly compress: Compress;
  readonly deletes: Deletes;
  /** Whether the step goes on then, its work counted as done. */
  readonly release: boolean;
  /** Of the skipped work, by name. */
  readonly results: Readonly<Record<string, string>>;
  readonly random: (length: number) => string;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Aborts where no further try can help: the run is over. */
  readonly over?: AbortSignal;
}
