/** An upload run: at its one pause the tree is sent, and the run goes on. */
import { TransferError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { Entry } from "../tree/walk.ts";
import { conduct, type Conducted, type ConductOptions, type RunResult } from "./conduct.ts";
import type { Outcome } from "../events.ts";
import type { LiveRun } from "./live_run.ts";
import { annotate } from "./metadata.ts";
import { plainDirectory, whyNoDirectory } from "../tekton/source/destination.ts";
import { awaitPause } from "./await_pause.ts";
import type { Pause } from "../hold/pause.ts";
import {
  checkPodsGone,
  hasPodLeft,
  hasStepFailed,
  isPodGone,
  isStepOver,
  isTaskOver,
  ReceiverGone,
} from "./pod_gone.ts";
import { Scope } from "../async/scope.ts";
import { recordPlace } from "../transfer/record_place.ts";
import { send } from "../transfer/send.ts";
import type { SendOptions, SourceTree } from "../transfer/options.ts";
import type { PrepackedTree } from "../transfer/prepack/prepacked_archive.ts";

type Sending = Pick<SendOptions, "program" | "compress" | "deletes" | "results">;

export interface UploadOptions
  extends Omit<ConductOptions, "cancelsOn">, Omit<SourceTree, "entries" | "prepacked">, Sending {
  readonly held: { readonly task?: string; readonly step: string };
  /** What of the directory is sent: its walk goes on while the run starts. */
  readonly entries: Promise<readonly Entry[]>;
  /** Called once the run is created: what is packed before that would only be in its way. */
  readonly prepare: () => Promise<PrepackedTree | undefined>;
  /** What the run is to carry of what was uploaded. */
  readonly annotations: (receipt: Receipt) => Record<string, string>;
  /** How long the run may be held: for longer it is cancelled. */
  readonly pauseSeconds: number;
  /** Follow to the end; else return once the run goes on. */
  readonly showlogs: boolean;
}

/** How long after a step's end what it has said may still come. */
const LAST_WORDS_MS = 1_500;
/** How long the watch may take to tell what the exec has felt already. */
const EXPLANATION_MS = 2_000;

/** Whatever goes wrong, no run is left paused. */
export async function upload(options: UploadOptions): Promise<RunResult> {
  await Promise.race([options.entries, undefined]); // a walk that has failed already starts no run
  const conducting = { ...options, cancelsOn: () => true };
  return await conduct(conducting, (conducted) => sendAtPause(options, conducted));
}

async function sendAtPause(
  options: UploadOptions,
  conducted: Conducted,
): Promise<"left" | "done"> {
  const { kube, clock, held } = options;
  const { live, talk, startMs, signal, emit } = conducted;
  let preparing: Promise<PrepackedTree | undefined> = options.prepare();
  preparing.catch(() => {}); // told when it is sent
  talk.held = held;
  /** Those that it was sent to: a pod may be made again. */
  const pods = new Set<string>();
  while (true) {
    const pause = await awaitPause({ clock, live, held, except: pods, signal });
    if (pause === undefined) return "done";
    const { task, step, pod, uid } = pause;
    checkPodsGone(live, pause, pods.size);
    if (pods.size > 0) {
      preparing = Promise.resolve(undefined);
      emit({ kind: "note", text: `Pod ${pod} was deleted and made again: it is sent again` });
    }
    pods.add(uid);
    emit({ kind: "paused", place: task ?? `step ${step}`, pod, afterMs: clock.now() - startMs });
    talk.stage = "sending";
    const receipt = await sendTo(options, conducted, { pause, preparing });
    talk.stage = receipt === "gone" ? "starting" : "released";
    if (receipt === "over") return "done";
    if (receipt === "gone") continue;
    await annotate(kube, live, options.annotations(receipt));
    if (!options.showlogs) return "left";
  }
}

/** "over" where the run ended meanwhile, "gone" where the pod was deleted. */
async function sendTo(
  options: UploadOptions,
  { live, following, signal, emit }: Conducted,
  { pause, preparing }: { pause: Pause; preparing: Promise<PrepackedTree | undefined> },
): Promise<Receipt | "over" | "gone"> {
  const { clock } = options;
  const directory = directoryOf(pause);
  const [entries, prepared] = await Promise.all([options.entries, preparing]);
  const record = recordPlace({ pod: live.pods.get(pause.pod), pause, directory, release: true });
  using scope = new Scope(signal);
  const watching = scope.signal;
  const [over, left] = [new AbortController(), new AbortController()];
  live.until(() => isStepOver(live, pause) || isPodGone(live, pause) || undefined, watching)
    .catch(() => {}).then(() => over.abort());
  live.until(() => hasPodLeft(live, pause) || undefined, watching)
    .then(() => left.abort(new ReceiverGone(pause, "its pod was deleted")), () => {});
  // An exec into a container that was killed may stay open, and say nothing.
  live.until(() => isStepOver(live, pause) || undefined, watching)
    .then(() => clock.delay(LAST_WORDS_MS, watching))
    .then(() => left.abort(new ReceiverGone(pause, "it has ended")), () => {});
  const sending = {
    ...options,
    emit,
    pause,
    directory,
    run: { kind: live.kind, name: live.name },
    entries,
    prepacked: prepared,
    record,
    release: true,
    over: over.signal,
  };
  try {
    return await withinPause(
      { ...options, step: pause.step, signal: AbortSignal.any([signal, left.signal]) },
      (signal) => send({ ...sending, signal }),
    );
  } catch (error) {
    signal.throwIfAborted();
    return await whatEndedIt(live, following, { pause, error, clock, signal });
  }
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
  using scope = new Scope(signal);
  const late = new AbortController();
  const error = new TransferError(
    `Cannot hold step "${step}" any longer: the upload took more than ${pauseSeconds} s`,
    { hint: "give it more time with --pause-timeout" },
  );
  clock.delay(pauseSeconds * 1000, scope.signal).then(() => late.abort(error), () => {});
  return await call(AbortSignal.any([signal, late.signal]));
}

/**
 * A step that is gone can't be sent to: where its pod or the run was deleted or ended meanwhile, that is
 * what counts, and word of it is on its way.
 */
async function whatEndedIt(
  live: LiveRun,
  following: Promise<Outcome>,
  { pause, error, clock, signal }: {
    pause: Pause;
    error: unknown;
    clock: Clock;
    signal: AbortSignal;
  },
): Promise<"over" | "gone"> {
  // Its logs may take longer to end than it did itself.
  const seen = () => isPodGone(live, pause) ? "gone" : isStepOver(live, pause) ? "over" : undefined;
  const explained = async () => {
    if (error instanceof TransferError && !error.connectionLost) throw error;
    const late = clock.delay(EXPLANATION_MS, signal).then(() => Promise.reject(error));
    const ended = following.then(() => "over" as const);
    return await Promise.race([ended, live.until(seen, signal), late]);
  };
  const found = seen() ?? await explained();
  if (found === "gone" || !hasStepFailed(live, pause)) return found;
  // A step that was killed does not always end its TaskRun: the steps after it may wait for good.
  const hasEnded = () => isTaskOver(live, pause) || undefined;
  if (!await live.within(TASK_END_MS, hasEnded, { clock, signal })) throw error;
  // A Pipeline may go on without the task, and succeed: not so the upload.
  if ((await following).succeeded) throw error;
  return found;
}

/** How long a TaskRun may take to end with a step of its that was killed. */
const TASK_END_MS = 10_000;
