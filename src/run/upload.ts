/** An upload run: at its one pause the tree is sent, and the run goes on. */
import { TransferError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Receipt } from "../tree/manifest.ts";
import type { Entry } from "../tree/walk.ts";
import { conduct, type Conducted, type ConductOptions, type RunResult } from "./conduct.ts";
import type { Outcome } from "./events.ts";
import type { LiveRun } from "./live_run.ts";
import { annotate } from "./metadata.ts";
import { plainDirectory, whyNoDirectory } from "../tekton/source/destination.ts";
import { awaitPause } from "./pause.ts";
import type { Pause } from "./pause_place.ts";
import { recordPlace } from "./record_place.ts";
import { type Cargo, type Preparation, send, type SendOptions } from "./send.ts";

type Sending = Pick<SendOptions, "program" | "compress" | "deletes" | "results">;

export interface UploadOptions
  extends
    Omit<ConductOptions, "cancelsOn" | "uploaded">,
    Omit<Cargo, "entries" | "prepared">,
    Sending {
  readonly held: { readonly task?: string; readonly step: string };
  /** What of the directory is sent: its walk goes on while the run starts. */
  readonly entries: Promise<readonly Entry[]>;
  /** Called once the run is created: what is packed before that would only be in its way. */
  readonly prepare: () => Promise<Preparation | undefined>;
  /** What the run is to carry of what was uploaded. */
  readonly annotations: (receipt: Receipt) => Record<string, string>;
  /** How long the run may be held: for longer it is cancelled. */
  readonly pauseSeconds: number;
  /** Follow to the end; else return once the run goes on. */
  readonly showlogs: boolean;
}

/** How long the watch may take to tell what the exec has felt already. */
const EXPLANATION_MS = 2_000;

/** Whatever goes wrong, no run is left paused. */
export async function upload(options: UploadOptions): Promise<RunResult> {
  await Promise.race([options.entries, undefined]); // a walk that has failed already starts no run
  const conducting = { ...options, uploaded: options.held.task, cancelsOn: () => true };
  return await conduct(conducting, (conducted) => sendAtPause(options, conducted));
}

async function sendAtPause(
  options: UploadOptions,
  { live, talk, startMs, following, signal, emit }: Conducted,
): Promise<"left" | "done"> {
  const { kube, clock, held } = options;
  const preparing = options.prepare();
  preparing.catch(() => {}); // told when it is sent
  talk.held = held;
  const pause = await awaitPause({ clock, live, held, signal });
  if (pause === undefined) return "done";
  const { task, step, pod } = pause;
  const place = task ?? `step ${step}`;
  emit({ kind: "paused", place, pod, afterMs: clock.now() - startMs });
  talk.stage = "sending";
  const [entries, prepared] = await Promise.all([options.entries, preparing]);
  const directory = directoryOf(pause);
  const record = recordPlace({ pod: live.pods.get(pod), pause, directory, release: true });
  const over = new AbortController();
  const ended = live.until(() => live.phase.kind === "ended" ? true : undefined, signal);
  ended.catch(() => {}).then(() => over.abort());
  const sending = {
    ...options,
    emit,
    pause,
    directory,
    run: { kind: live.kind, name: live.name },
    entries,
    prepared,
    record,
    release: true,
    over: over.signal,
  };
  const receipt = await withinPause(
    { ...options, step, signal },
    (signal) => send({ ...sending, signal }),
  ).catch((error) => runEnded(live, following, error, { clock, signal }));
  talk.stage = "released";
  if (receipt === undefined) return "done";
  await annotate(kube, live, options.annotations(receipt));
  return options.showlogs ? "done" : "left";
}

/** Where the gate says that it goes, which has what Tekton has filled in. */
function directoryOf({ into = "", step }: Pause): string {
  const why = whyNoDirectory(into);
  if (why === undefined) return plainDirectory(into);
  throw new TransferError(
    `Cannot upload into directory "${into}", as step "${step}" is told to: ${why}`,
    { hint: "choose another with --on-directory" },
  );
}

async function withinPause<T>(
  { clock, pauseSeconds, step, signal }:
    & Pick<UploadOptions, "clock" | "pauseSeconds">
    & { step: string; signal: AbortSignal },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [over, late] = [new AbortController(), new AbortController()];
  const error = new TransferError(
    `Cannot hold step "${step}" any longer: the upload took more than ${pauseSeconds} s`,
    { hint: "give it more time with --pause-timeout" },
  );
  clock.delay(pauseSeconds * 1000, AbortSignal.any([signal, over.signal]))
    .then(() => late.abort(error), () => {});
  try {
    return await call(AbortSignal.any([signal, late.signal]));
  } finally {
    over.abort();
  }
}

/**
 * A step that is gone can't be sent to: where the run was deleted or ended meanwhile, that is the
 * error to tell, and it is on its way.
 */
async function runEnded(
  live: LiveRun,
  following: Promise<Outcome>,
  error: unknown,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<undefined> {
  if (error instanceof TransferError && !error.connectionLost) throw error;
  const late = clock.delay(EXPLANATION_MS, signal).then(() => Promise.reject(error));
  // Its logs may take longer to end than it did itself.
  const ended = live.until(() => live.phase.kind === "ended" ? true : undefined, signal);
  await Promise.race([following, ended, late]);
}
