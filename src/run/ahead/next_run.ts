/**
 * A run that is created before the save that it is for. It is held at its upload, where it has the
 * tree so far, so that the save sends only what changed. Its events wait until it is taken.
 */
import { ExpectedError, TransferError } from "../../errors.ts";
import type { Pause } from "../../hold/pause.ts";
import type { RunEvent } from "../../events.ts";
import { outlivesRun } from "../../transfer/record_place.ts";
import { visit } from "../../transfer/visit.ts";
import { awaitPause } from "../await_pause.ts";
import { type LiveRun, RunDeletedError } from "../live_run.ts";
import { findsNoRoom } from "../pods/no_room.ts";
import { isPodGone, isStepOver } from "../pods/deleted_pod.ts";
import { directoryOf, sendToPause } from "../send_to_pause.ts";
import { type StartedRun, startRun } from "../started_run.ts";
import type { HeldRunOptions } from "../held_run.ts";
import type { Before, UploadOptions } from "../send_at_pauses.ts";
import { EventRelay } from "./event_relay.ts";
import { type Wait, withoutWait } from "./without_wait.ts";

/** A run whose upload waits for a save. */
export interface RunToUpload extends HeldRunOptions {
  readonly upload: UploadOptions;
}

export interface NextRunOptions extends RunToUpload {
  /** The run that is looked at meanwhile. */
  readonly current: LiveRun;
  /** Called once a save costs no more than the delta. */
  readonly onReady: (name: string) => void;
  /** Called with a sentence for the user if the run can't be removed. */
  readonly onLeft: (text: string) => void;
}

/** Why a run that waited can't be used. */
export interface Loss {
  /**
   * "old": it was held for as long as it may; "gone": it held, and was deleted or ended then;
   * "failed": it never held; "no room": it is in the way, or finds no place.
   */
  readonly kind: "old" | "gone" | "failed" | "no room";
  readonly text: string;
}

/** A run for a save, with its state. */
export interface TakenRun extends Before {
  readonly run: StartedRun;
}

/** How often a lost connection is opened again. */
const AGAIN_MS = 2_000;

/** Creates the run. Throws as `startRun` does. */
export async function createNextRun(options: NextRunOptions): Promise<NextRun> {
  const relay = new EventRelay();
  const run = await startRun({ ...options, emit: relay.emit, uploadStep: options.upload.held });
  run.announce();
  return new NextRun(options, run, relay);
}

/** Disposal discards the run, unless it was taken. */
export class NextRun implements AsyncDisposable {
  /** Resolves once the run can't be used; with undefined once it was taken or discarded. */
  readonly lost: Promise<Loss | undefined>;
  #isTaken = false;
  #pause?: Pause;
  #isSent = false;
  #sending?: Promise<unknown>;
  #readyMs?: number;
  #discarding?: Promise<void>;
  /** Ends the waiting, but not the run. */
  readonly #over = new AbortController();

  constructor(
    private readonly options: NextRunOptions,
    private readonly run: StartedRun,
    private readonly relay: EventRelay,
  ) {
    this.lost = this.#wait(AbortSignal.any([run.signal, this.#over.signal]));
  }

  /**
   * Hands the run over: its events go to `emit`. Returns undefined if it can't be used. A tree that
   * is under way arrives first.
   */
  async take(emit: (event: RunEvent) => void): Promise<TakenRun | undefined> {
    const { clock, upload: { held } } = this.options;
    this.#over.abort(new DOMException("the run is taken", "AbortError"));
    await this.#sending?.catch(() => {});
    if (await this.lost !== undefined || this.run.signal.aborted) return undefined;
    this.#isTaken = true;
    const waitMs = this.#readyMs === undefined ? 0 : clock.now() - this.#readyMs;
    const wait: Wait = { held, waitMs };
    this.relay.passTo((event) => emit(withoutWait(event, wait)));
    return { run: this.run, pause: this.#pause, isSent: this.#isSent };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isTaken) return;
    this.#over.abort(new DOMException("the run is discarded", "AbortError"));
    await (this.#discarding ??= this.#discard());
  }

  async #discard(): Promise<void> {
    const left = await this.run.discard();
    if (left !== undefined) this.options.onLeft(left);
    await this.run[Symbol.asyncDispose]();
    await this.lost;
  }

  async #wait(signal: AbortSignal): Promise<Loss | undefined> {
    const { clock, upload: { pauseSeconds }, current } = this.options;
    const { live } = this.run;
    const noRoom = [live, current].map((one) => findsNoRoom(one, signal).catch(never));
    try {
      return await Promise.race([
        this.run.whileFollowed(this.#hold(signal)),
        clock.delay(pauseSeconds * 1000, signal).then((): Loss =>
          this.#readyMs === undefined
            ? { kind: "failed", text: `it did not hold within ${pauseSeconds} s` }
            : { kind: "old", text: `it was held for ${pauseSeconds} s` }
        ),
        Promise.race(noRoom).then((text): Loss => ({ kind: "no room", text })),
      ]);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof ExpectedError)) throw error;
      const isGone = this.#readyMs !== undefined || error instanceof RunDeletedError;
      return { kind: isGone ? "gone" : "failed", text: error.message };
    } finally {
      // All that waits for the run ends with it.
      if (!signal.aborted) this.#over.abort(new DOMException("the run is lost", "AbortError"));
    }
  }

  /** Awaits the pause, sends the tree so far, and stays until the signal or the end of the step. */
  async #hold(signal: AbortSignal): Promise<Loss> {
    const { upload: { held, entries, digests }, clock, onReady } = this.options;
    const { live } = this.run;
    const pause = await awaitPause({ clock, live, held, signal });
    if (pause === undefined) return { kind: "failed", text: "it ended before it held" };
    this.run.announcePause(pause);
    this.#pause = pause;
    if (this.#sendsAhead(pause)) {
      this.#sending = this.#send(pause);
      await this.#sending;
    }
    signal.throwIfAborted();
    this.#readyMs = clock.now();
    onReady(live.name);
    // The save needs the digests of the files that it does not change.
    void entries.then((found) => digests.ahead(found, signal)).catch(() => {});
    return await Promise.race([
      this.#stay(pause, signal),
      live.until((): Loss | undefined => {
        const text = isStepOver(live, pause)
          ? "its step has ended"
          : isPodGone(live, pause)
          ? "its pod was deleted"
          : undefined;
        return text === undefined ? undefined : { kind: "gone", text };
      }, signal),
    ]);
  }

  /**
   * Whether the tree goes into the step before the save. Not into a volume that other runs use, as
   * the current one does, and not on top of a clone: what a save then undoes would stay. A command
   * of the user may do anything with what it gets.
   */
  #sendsAhead(pause: Pause): boolean {
    const { run, options: { upload: { program, clone } } } = this;
    const pod = run.live.pods.get(pause.pod);
    return program.length === 1 && clone === undefined && !outlivesRun({ pod, pause });
  }

  async #send(pause: Pause): Promise<void> {
    const { options, run } = this;
    const { kube, clock, random, upload } = options;
    const prepacking = upload.prepack(run.signal);
    // The results of the save are written with it.
    const ahead = { kube, clock, random, ...upload, results: {} };
    const receipt = await sendToPause(ahead, run, pause, {
      prepacking,
      release: false,
      again: "here",
    });
    if (typeof receipt === "string") throw new TransferError("the step ended during the upload");
    this.#isSent = true;
  }

  /** Is a client for the gate, over lost connections. */
  async #stay(pause: Pause, signal: AbortSignal): Promise<never> {
    const { clock, upload: { program } } = this.options;
    const directory = directoryOf(pause);
    while (true) {
      try {
        return await visit({ ...this.options, program, pause, directory, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TransferError && error.connectionLost)) throw error;
      }
      await clock.delay(AGAIN_MS, signal);
    }
  }
}

function never(): Promise<never> {
  return new Promise<never>(() => {});
}
