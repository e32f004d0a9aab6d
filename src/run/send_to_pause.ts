/** Sends a directory into the step that holds, and releases it; explains an end before that. */
import { TransferError } from "../errors.ts";
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { Entry } from "../tree/walk.ts";
import type { Clock } from "../host.ts";
import { plainDirectory, whyNoDirectory } from "../tekton/source/destination.ts";
import { pathOf } from "../tekton/source/held_destination.ts";
import type { Pause } from "../hold/pause.ts";
import { checkClone, type ExpectedClone } from "./check_clone.ts";
import {
  hasPodLeft,
  hasStepFailed,
  isPodGone,
  isStepOver,
  isTaskOver,
  ReceiverGone,
} from "./pods/deleted_pod.ts";
import type { StartedRun } from "./started_run.ts";
import { recordPlace, type SentAgain } from "../transfer/record_place.ts";
import { send } from "../transfer/send.ts";
import type { SendOptions, SourceTree } from "../transfer/options.ts";
import type { PrepackedTree } from "../transfer/prepack/prepacked_archive.ts";
import { Scope } from "../async/scope.ts";

type HowToSend = Pick<
  SendOptions,
  "kube" | "random" | "program" | "compress" | "deletes" | "results"
>;

export interface SendToPauseOptions extends Omit<SourceTree, "entries" | "prepacked">, HowToSend {
  readonly clock: Clock;
  /** The entries to send: the walk of the directory continues while the run starts. */
  readonly entries: Promise<readonly Entry[]>;
  /** Set if the step that holds has cloned a part of the tree by itself. */
  readonly clone?: ExpectedClone;
  /** The longest time that the run may be held; after that it is cancelled. */
  readonly pauseSeconds: number;
}

/** The time after a step's end in which its exec may still answer. */
const LAST_ANSWER_MS = 1_500;
/** The time in which the watch must explain why an exec has failed. */
const EXPLANATION_MS = 2_000;
/** The limit for a TaskRun to end after one of its steps was killed. */
const TASK_END_MS = 10_000;

/** One of the uploads into a pause. */
export interface Sending {
  readonly prepacking?: Promise<PrepackedTree | undefined>;
  /** Whether the upload releases the step. */
  readonly release: boolean;
  /** Undefined if no step of the run gets another upload. */
  readonly again: SentAgain | undefined;
}

/**
 * Returns the receipt; "over" if the run ended first, "gone" if the step's pod was deleted and
 * Tekton creates another.
 */
export async function sendToPause(
  options: SendToPauseOptions,
  run: StartedRun,
  pause: Pause,
  { prepacking, release, again }: Sending,
): Promise<Receipt | "over" | "gone"> {
  const { live, signal, emit } = run;
  const directory = directoryOf(pause);
  const [entries, prepacked] = await Promise.all([options.entries, prepacking]);
  // A later run in the directory has its own clone, which changes what a record would tell.
  const record = options.clone !== undefined && again !== "elsewhere"
    ? undefined
    : recordPlace({ pod: live.pods.get(pause.pod), pause, directory, again });
  const path = pathOf({ path: pause.directory, directory });
  using watch = watchReceiver(options.clock, run, pause);
  const sending = {
    ...options,
    emit,
    pause,
    directory,
    run: { kind: live.kind, name: live.name },
    base: options.clone && { commit: options.clone.commit, run: `${live.kind}/${live.name}` },
    entries,
    prepacked,
    record,
    release,
    over: watch.noRetry,
  };
  try {
    return await withinPause(
      { ...options, step: pause.step, signal: AbortSignal.any([signal, watch.gone]) },
      async (signal) => {
        const more = options.clone && await checkClone(options.clone, { ...sending, path, signal });
        return await send({ ...sending, ...more, signal });
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    return await explain(options.clock, run, { pause, error });
  }
}

/** Returns the directory that the gate names, in which Tekton has filled in the variables. */
export function directoryOf({ into = "", step }: Pause): string {
  const why = whyNoDirectory(into);
  if (why === undefined) return plainDirectory(into);
  throw new TransferError(
    `Cannot upload into directory "${into}", which step "${step}" names: ${why}`,
    { hint: "choose another with --on-directory" },
  );
}

interface ReceiverWatch extends Disposable {
  /** Aborts once another try makes no sense: the step is over or its pod is deleted. */
  readonly noRetry: AbortSignal;
  /** Aborts once no exec in the step can answer: its pod has left, or it ended a while ago. */
  readonly gone: AbortSignal;
}

/** Watches the step while the client sends to it. */
function watchReceiver(
  clock: Clock,
  { live, signal }: StartedRun,
  pause: Pause,
): ReceiverWatch {
  const scope = new Scope(signal);
  const watching = scope.signal;
  const [noRetry, gone] = [new AbortController(), new AbortController()];
  live.until(() => isStepOver(live, pause) || isPodGone(live, pause) || undefined, watching)
    .catch(() => {}).then(() => noRetry.abort());
  live.until(() => hasPodLeft(live, pause) || undefined, watching)
    .then(() => gone.abort(new ReceiverGone(pause, "its pod was deleted")), () => {});
  // An exec into a container that was killed may stay open and silent.
  live.until(() => isStepOver(live, pause) || undefined, watching)
    .then(() => clock.delay(LAST_ANSWER_MS, watching))
    .then(() => gone.abort(new ReceiverGone(pause, "it has ended")), () => {});
  return {
    noRetry: noRetry.signal,
    gone: gone.signal,
    [Symbol.dispose]: () => scope[Symbol.dispose](),
  };
}

async function withinPause<T>(
  { clock, pauseSeconds, step, signal }:
    & Pick<SendToPauseOptions, "clock" | "pauseSeconds">
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
 * Returns the end of the run or pod that caused the error. Throws the error if there is no such
 * end, or if the run succeeds without the upload.
 */
async function explain(
  clock: Clock,
  { live, following, signal }: StartedRun,
  { pause, error }: { pause: Pause; error: unknown },
): Promise<"over" | "gone"> {
  const end = () => isPodGone(live, pause) ? "gone" : isStepOver(live, pause) ? "over" : undefined;
  // The watch may bring the end only after the exec has failed, and the run's logs end later still.
  const awaitEnd = async () => {
    if (error instanceof TransferError && !error.connectionLost) throw error;
    const late = clock.delay(EXPLANATION_MS, signal).then(() => Promise.reject(error));
    const ended = following.then(() => "over" as const);
    return await Promise.race([ended, live.until(end, signal), late]);
  };
  const found = end() ?? await awaitEnd();
  if (found === "gone" || !hasStepFailed(live, pause)) return found;
  // A killed step does not always end its TaskRun: the steps after it may wait forever.
  const hasEnded = () => isTaskOver(live, pause) || undefined;
  if (!await live.within(TASK_END_MS, hasEnded, { clock, signal })) throw error;
  // A Pipeline may continue without the task and succeed, but the upload has failed.
  if ((await following).succeeded) throw error;
  return found;
}
