/** Sends an upload to the step that holds for it, and again if its pod is deleted and recreated. */
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import type { Pause } from "../hold/pause.ts";
import { type VolumePlace, volumePlace } from "../tekton/breakpoint/volume_place.ts";
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { PrepackedTree } from "../transfer/prepack/prepacked_archive.ts";
import { awaitPause, type HeldStep, isOfStep } from "./await_pause.ts";
import type { LiveRun, MissedPause } from "./live_run.ts";
import { annotate } from "./metadata.ts";
import { checkDeletedPods } from "./pods/deleted_pod.ts";
import { directoryOf, sendToPause, type SendToPauseOptions } from "./send_to_pause.ts";
import type { StartedRun } from "./started_run.ts";

export interface UploadOptions extends Omit<SendToPauseOptions, "kube" | "clock" | "random"> {
  readonly held: HeldStep;
  /** Whether the step stays held after the upload, for a user to work in it. */
  readonly isHeld?: boolean;
  /** Whether the run holds later, at steps that may get the tree as well. */
  readonly isSentLater?: boolean;
  /**
   * Packs the tree ahead, until the signal. Called once the run is created, because packing delays
   * the creation.
   */
  readonly prepack: (signal: AbortSignal) => Promise<PrepackedTree | undefined>;
  /** Returns the annotations that record the upload on the run. */
  readonly annotations: (receipt: Receipt, place?: VolumePlace) => Record<string, string>;
  /** Called after the release. */
  readonly onReleased?: (run: StartedRun) => void;
}

/** The state of a run before its upload. */
export interface Before {
  /** The pause, if the run already holds: it is announced. */
  readonly pause?: Pause;
  /** Whether an earlier tree was sent at that pause. */
  readonly isSent: boolean;
}

interface SenderOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: (length: number) => string;
}

export class Sender {
  readonly #options: SenderOptions & UploadOptions;
  readonly #run: StartedRun;
  readonly #before: Before;
  readonly #prepacking?: Promise<PrepackedTree | undefined>;
  readonly #arrival = Promise.withResolvers<"arrived" | "over">();
  /** The uids of the pods in which the upload has arrived. */
  readonly #arrivedIn = new Set<string>();
  #hasArrived = false;

  constructor(options: SenderOptions, upload: UploadOptions, run: StartedRun, before: Before) {
    const { kube, clock, random } = options;
    this.#options = { kube, clock, random, ...upload };
    this.#run = run;
    this.#before = before;
    this.#prepacking = before.isSent || upload.isHeld ? undefined : upload.prepack(run.signal);
    this.#prepacking?.catch(() => {}); // reported when the tree is sent
    this.#arrival.promise.catch(() => {}); // `send` throws the same error
  }

  /** Resolves once the upload has arrived, or once the run is over without it. */
  get arrived(): Promise<"arrived" | "over"> {
    return this.#arrival.promise;
  }

  /** Whether the last pod that held for the upload has it. */
  get hasArrived(): boolean {
    return this.#hasArrived;
  }

  /** Whether the step holds for the upload. */
  isAt(pause: Pause | MissedPause): boolean {
    return isOfStep(this.#run.live, this.#options.held, pause);
  }

  /** Whether the step holds for the user, because the upload that it held for has arrived. */
  isHeldAfter({ uid }: Pause): boolean {
    return this.#options.isHeld === true && this.#arrivedIn.has(uid);
  }

  /** Sends at each pause of the step. Returns "done" at the run's end. */
  async send(): Promise<"done"> {
    try {
      await this.#sendAtPauses();
      this.#arrival.resolve("over");
      return "done";
    } catch (error) {
      this.#arrival.reject(error);
      throw error;
    }
  }

  async #sendAtPauses(): Promise<void> {
    const run = this.#run;
    const { pause: known, isSent } = this.#before;
    const { kube, clock, held, annotations, onReleased } = this.#options;
    const { isHeld = false, isSentLater = false } = this.#options;
    const { live, signal } = run;
    /** The uids of the pods that were sent to. */
    const sentTo = new Set<string>();
    while (true) {
      const isFirst = sentTo.size === 0;
      const pause = isFirst && known !== undefined
        ? known
        : await awaitPause({ clock, live, held, except: sentTo, signal });
      if (pause === undefined) return;
      const { pod, uid } = pause;
      checkDeletedPods(live, pause, sentTo.size);
      if (!isFirst) {
        run.emit({ kind: "note", text: `Pod ${pod} was deleted and recreated: sending again` });
      }
      sentTo.add(uid);
      this.#hasArrived = false;
      if (pause !== known) run.announcePause(pause);
      const receipt = await sendToPause(this.#options, run, pause, {
        ...(isFirst ? { prepacking: this.#prepacking } : {}),
        release: !isHeld,
        again: isHeld || isSentLater ? "elsewhere" : isFirst && isSent ? "here" : undefined,
      });
      if (receipt === "over") return;
      if (receipt === "gone") {
        run.expectPause();
        continue;
      }
      this.#arrivedIn.add(uid);
      this.#hasArrived = true;
      if (!isHeld) {
        live.endPause(pause);
        onReleased?.(run);
      }
      await annotate(kube, live, annotations(receipt, placeOf(live, pause)));
      this.#arrival.resolve("arrived");
      live.look();
    }
  }
}

/** Returns where the upload is, for the steps after it. */
function placeOf(live: LiveRun, pause: Pause): VolumePlace | undefined {
  const pod = live.pods.get(pause.pod);
  const place = { path: pause.directory, directory: directoryOf(pause) };
  return pod && volumePlace(pod, pause.container, place);
}
