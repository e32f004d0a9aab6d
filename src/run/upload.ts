/** Conducts one upload run: create, await the pause, send, release, follow, Outcome. */
import { ExpectedError, Interrupted, TransferError } from "../errors.ts";
import type { Clock, Files } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { CANCEL } from "../tekton/phase.ts";
import type { Placement } from "../tekton/place.ts";
import type { Receipt } from "../tree/archive.ts";
import type { Entry } from "../tree/walk.ts";
import type { Outcome, RunEvent } from "./events.ts";
import { follow } from "./follow.ts";
import { LiveRun, RESOURCE_OF, type RunKind } from "./live_run.ts";
import { awaitPause } from "./pause.ts";
import { send } from "./send.ts";
import { annotate, keepPipelineLabel } from "./metadata.ts";
import { createRun } from "./start.ts";
import { removeTemporary } from "./temporary.ts";
import { Talk } from "./talk.ts";

export interface UploadOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly files: Files;
  readonly random: (length: number) => string;
  /** The run, not yet created. */
  readonly placement: Placement;
  readonly held: { readonly task?: string; readonly step: string };
  readonly root: string;
  /** What of the directory is sent: its walk goes on while the run starts. */
  readonly entries: Promise<readonly Entry[]>;
  readonly directory: string;
  readonly program: readonly string[];
  readonly results: Readonly<Record<string, string>>;
  /** What the run is to carry of what was uploaded. */
  readonly annotations: (receipt: Receipt) => Record<string, string>;
  /** How long the run may be held: for longer it is cancelled. */
  readonly pauseSeconds: number;
  /** Follow to the end; else return once the run goes on. */
  readonly showlogs: boolean;
  readonly emit: (event: RunEvent) => void;
  readonly interrupt: AbortSignal;
}

/** How long the watch may take to tell what the exec has felt already. */
const EXPLANATION_MS = 2_000;

/** The run's name, and its outcome where it was followed to its end. */
export interface Uploaded {
  readonly name: string;
  readonly outcome?: Outcome;
}

/** Whatever goes wrong, no run is left paused. */
export async function upload(options: UploadOptions): Promise<Uploaded> {
  const { kube, clock, interrupt } = options;
  const startMs = clock.now();
  await Promise.race([options.entries, undefined]); // a walk that has failed already starts no run
  if (interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  const { run: created, objects, why } = await createRun(
    kube,
    options.placement,
    `tkn-dev-${options.random(6)}`,
  );
  const kind = created.kind as RunKind;
  const { name, namespace } = created.metadata as { name: string; namespace: string };
  const over = new AbortController();
  const signal = AbortSignal.any([interrupt, over.signal]);
  await using live = new LiveRun(kube, created);
  using talk = new Talk({ ...options, live });
  talk.emit({ kind: "created", resource: kind, name, namespace });
  if (why !== undefined) talk.emit({ kind: "note", text: `With temporary objects: ${why}` });
  const shared = { ...options, live, signal, emit: (event: RunEvent) => talk.emit(event) };
  const removed = removeTemporary(kube, live, objects, signal);
  removed.catch(() => {}); // awaited at the end
  try {
    const following = follow(shared);
    following.catch(() => {}); // awaited below, or superseded by an earlier error
    const labelled = keepPipelineLabel(kube, live, signal);
    labelled.catch(() => {}); // likewise
    const pause = await Promise.race([
      awaitPause(shared),
      following.then(() => new Promise<never>(() => {})), // for its errors: awaitPause sees the end
    ]);
    if (pause !== undefined) {
      const { task, step, pod, directory } = pause;
      const afterMs = clock.now() - startMs;
      talk.emit({ kind: "paused", task, step, pod, directory, afterMs });
      talk.stage = "sending";
      const entries = await options.entries;
      const receipt = await withinPause(
        { ...options, step, signal },
        (signal) => send({ ...shared, namespace, pause, entries, signal }),
      ).catch((error) => runEnded(following, error, { clock, signal }));
      talk.stage = "released";
      if (receipt !== undefined) await annotate(kube, live, options.annotations(receipt));
      if (receipt !== undefined && !options.showlogs) return { name };
    }
    const outcome = await following;
    await labelled;
    talk.emit({ kind: "ended", outcome });
    return { name, outcome };
  } catch (error) {
    const ended = live.phase.kind === "ended";
    const cancelled = !ended && await cancel(options, kind, namespace, name);
    if (!interrupt.aborted) throw error;
    throw new Interrupted(
      cancelled
        ? `Interrupted: cancelled ${kind} "${name}"`
        : `Interrupted: ${kind} "${name}" ${ended ? "had ended" : "may still be held"}`,
    );
  } finally {
    over.abort(new DOMException("the upload is over", "AbortError"));
    await removed;
  }
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
  following: Promise<Outcome>,
  error: unknown,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<undefined> {
  if (error instanceof TransferError && !error.connectionLost) throw error;
  const late = clock.delay(EXPLANATION_MS, signal).then(() => Promise.reject(error));
  await Promise.race([following, late]);
}

async function cancel(
  { kube, emit }: UploadOptions,
  kind: RunKind,
  namespace: string,
  name: string,
): Promise<boolean> {
  try {
    await kube.patch(RESOURCE_OF[kind], namespace, name, { spec: { status: CANCEL[kind] } });
    emit({ kind: "note", text: `Cancelled ${kind} ${name}` });
    return true;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const hint = `tkn ${kind.toLowerCase()} cancel ${name} -n ${namespace}`;
    emit({ kind: "note", text: `${kind} ${name} may still be held: ${error.message}; ${hint}` });
    return false;
  }
}
