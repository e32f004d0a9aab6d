/** --watch=ahead: while a run is looked at, the next one is created and waits for the save. */
import { Scope } from "../../async/scope.ts";
import { ExpectedError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { RunEvent } from "../../events.ts";
import {
  createNextRun,
  type Loss,
  type NextRun,
  type RunToUpload,
  type TakenRun,
} from "../../run/ahead/next_run.ts";
import type { LiveRun } from "../../run/live_run.ts";
import type { RunManifest } from "../../tekton/run_manifest.ts";
import { afterLoss } from "./after_loss.ts";
import type { IdleLine } from "./idle_line.ts";

/** The gate of a run gives up after so long without a client: the client was killed. */
export const WATCHDOG_SECONDS = 60;

/**
 * The next run is created once the current one prints a line after its upload, which the user waits
 * for: two pods that start at once slow each other down. At the latest it is created after this.
 */
const MOST_QUIET_MS = 10_000;

/** A run that waits, or is being created. */
interface Waiting {
  readonly run: Promise<NextRun>;
  readonly content: string;
}

/** Disposal discards the run that waits. */
export class Ahead implements AsyncDisposable {
  #waiting?: Waiting;
  #isOff = false;
  /** The number of saves so far: a run is created only for the next one. */
  #saves = 0;
  /** Settles once no run waits any more. */
  #keeping: Promise<void> = Promise.resolve();
  #discarding?: Promise<void>;
  /** Resolves at the next line of the current run, or at its end. */
  #heard = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  readonly #said = new Set<string>();

  constructor(private readonly host: Host, private readonly line: IdleLine) {
    // At once: the time to clean up after an interrupt is short.
    const stop = () => void this.#stop().catch(() => {}); // disposal throws it
    if (host.interrupt.aborted) stop();
    else host.interrupt.addEventListener("abort", stop, { once: true });
  }

  /** Passes the events of the current run on. */
  listening(emit: (event: RunEvent) => void): (event: RunEvent) => void {
    return (event) => {
      if (event.kind === "log" || event.kind === "ended") this.#heard.resolve();
      emit(event);
    };
  }

  /** Returns the run that waits for this upload, if it is such a run. */
  async take(options: RunToUpload): Promise<TakenRun | undefined> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#saves++;
    this.line.passTo(options.emit);
    this.line.set("");
    const run = await waiting?.run.catch(() => undefined); // #keep reports it
    if (run === undefined) return undefined;
    if (waiting?.content === contentOf(options)) {
      const taken = await run.take(options.emit);
      if (taken !== undefined) return taken;
    } else {
      options.emit({ kind: "note", text: "The run has changed: a new one is created for it" });
    }
    await run[Symbol.asyncDispose]();
    return undefined;
  }

  /**
   * Creates the next run soon, with the tree of the current one, which has its upload. `early` is
   * work that does not wait for the upload.
   */
  begin(options: RunToUpload, current: LiveRun, early: readonly string[]): void {
    if (this.#isOff) return;
    const why = whyNotAhead(options.runManifest, early);
    if (why !== undefined) {
      this.#isOff = true;
      return this.#say(`No run waits for the next save: ${why}`);
    }
    if (early.length > 0) {
      this.#say(`The next run does the work of ${early.join(", ")} before the save`);
    }
    this.#heard = Promise.withResolvers();
    this.#keeping = Promise.all([this.#keeping, this.#keep(options, current)]).then(() => {});
    this.#keeping.catch(() => {}); // disposal throws it
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#keeping;
  }

  async #keep(options: RunToUpload, current: LiveRun): Promise<void> {
    const saves = this.#saves;
    await this.#firstLine();
    for (let replaced = 0; !this.#isOff && saves === this.#saves; replaced++) {
      const making = createNextRun({
        ...options,
        interrupt: this.host.interrupt, // that of the save before is over with its run
        current,
        onReady: () => this.line.set("The next run is ready"),
        onLeft: (text) => this.line.note(text),
      });
      const waiting = { run: making, content: contentOf(options) };
      this.#waiting = waiting;
      const loss = await lossOf(making);
      if (loss === undefined) return; // it was taken, or this is over
      if (this.#waiting === waiting) {
        this.#waiting = undefined;
        this.line.set("");
      }
      await making.then((run) => run[Symbol.asyncDispose](), () => {});
      const next = afterLoss(loss, replaced);
      if (next === "replace") continue;
      if (next === "off") this.#isOff = true;
      if (loss.kind !== "old") this.#say(`${WHEN[next]}: ${loss.text}`);
      return;
    }
  }

  /** Waits until the user has seen a line of the current run, or its end. */
  async #firstLine(): Promise<void> {
    using scope = new Scope(this.#over.signal);
    const late = this.host.clock.delay(MOST_QUIET_MS, scope.signal).catch(() => {});
    await Promise.race([this.#heard.promise, late]);
  }

  #stop(): Promise<void> {
    this.#isOff = true;
    this.#over.abort(new DOMException("the watch is over", "AbortError"));
    const run = this.#waiting?.run;
    this.#waiting = undefined;
    return this.#discarding ??= (async () => {
      await (await run?.catch(() => undefined))?.[Symbol.asyncDispose]();
    })();
  }

  /** Says it once. */
  #say(text: string): void {
    if (this.host.interrupt.aborted || this.#said.has(text)) return;
    this.#said.add(text);
    this.line.note(text);
  }
}

const WHEN = {
  replace: "The next run does not wait any more",
  later: "The next run is created at the save",
  off: "From now on, each run is created at its save",
};

async function lossOf(making: Promise<NextRun>): Promise<Loss | undefined> {
  try {
    return await (await making).lost;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const isQuota = /exceeded quota/.test(error.message);
    return { kind: isQuota ? "no room" : "failed", text: error.message };
  }
}

/** Returns why such a run must not be created while another one works. */
function whyNotAhead(manifest: RunManifest, early: readonly string[]): string | undefined {
  if (early.length === 0) return undefined;
  const claim = manifest.inline().spec.workspaces
    ?.find(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined)
    ?.persistentVolumeClaim?.claimName;
  if (claim === undefined) return undefined;
  return `${early.join(", ")} would work beside the run before it, on claim ${claim}`;
}

/** Equal for runs that are equal: the commit of a clone may not be in the definition. */
function contentOf({ runManifest, upload }: RunToUpload): string {
  return JSON.stringify([runManifest.inline(), upload.clone?.commit]);
}
