/** Sends a directory into a workspace of a held step, which stays held. */
import { ClusterError, ExpectedError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import { podGoneError } from "../../hold/held_pod.ts";
import { readTaskRun } from "../../hold/held_step_info.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import { uploadTarget } from "../../hold/upload_target.ts";
import type { Host } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { mountAt, mountedWorkspaces } from "../../tekton/breakpoint/held_facts.ts";
import { placeIn } from "../../tekton/breakpoint/volume_place.ts";
import {
  LABEL,
  type PipelineRun,
  RESOURCE_OF,
  type RunName,
  type TaskRun,
} from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { heldDestination, type HeldPlace, pathOf } from "../../tekton/source/held_destination.ts";
import { chooseMounted } from "../../tekton/workspaces.ts";
import { recordPlace } from "../../transfer/record_place.ts";
import type { SendOptions } from "../../transfer/options.ts";
import { send } from "../../transfer/send.ts";
import type { Entry } from "../../tree/walk.ts";
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { type Source, treeToSend } from "../source/source.ts";
import { uploadedPlace } from "../source/upload_annotation.ts";

/** The place of a step that an upload goes to. */
export interface StepTarget {
  /** With the path of the workspace. */
  readonly pause: Pause;
  /** The run that the pod belongs to: its PipelineRun, or else its TaskRun. */
  readonly run: RunName;
  /** Relative to the workspace. */
  readonly directory: string;
  readonly record: string | undefined;
}

export interface TargetOptions {
  readonly kube: Kube;
  readonly pause: Pause;
  readonly flags: SendFlags;
  readonly emit: (event: RunEvent) => void;
}

export interface SendIntoStepOptions extends TargetOptions {
  readonly source: Source;
  /** Results of the skipped work, by name. */
  readonly results: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Finds where the upload goes. Throws UsageError and ClusterError. */
export async function stepTarget(options: TargetOptions): Promise<StepTarget> {
  const { pod, path, directory } = await placeOf(options);
  const pause = { ...options.pause, directory: path };
  const record = recordPlace({ pod, pause, directory, again: "elsewhere" });
  return { pause, run: runOf(pod, pause), directory, record };
}

/** Returns the options of an upload after which the step stays held. */
export function sendOptions(
  { clock, random }: Pick<Host, "clock" | "random">,
  options: SendIntoStepOptions,
  target: StepTarget,
  entries: readonly Entry[],
): SendOptions {
  const { kube, source, results, emit, signal, flags: { program, compress, deletes } } = options;
  return {
    ...treeToSend(source),
    ...target,
    ...{ kube, clock, random, entries, program, compress, deletes, results, emit, signal },
    release: false,
  };
}

/** Sends, and explains the error of an upload whose pod is gone. */
export async function sendToTarget(
  { kube, signal }: Pick<SendIntoStepOptions, "kube" | "signal">,
  { pause, run }: StepTarget,
  options: SendOptions,
): Promise<Receipt> {
  return await send(options).catch(async (error) => {
    signal.throwIfAborted();
    if (!(error instanceof ExpectedError)) throw error;
    const action = `upload into step "${stepPath(pause)}"`;
    const again = `tkn-dev ${run.kind.toLowerCase()} upload ${run.name} -n ${pause.namespace}`;
    throw await podGoneError(kube, pause, { run, action, again }) ?? error;
  });
}

function runOf({ metadata: { labels = {} } }: Pod, { pod }: Pause): RunName {
  const pipelineRun = labels[LABEL.pipelineRun];
  return pipelineRun === undefined
    ? { kind: "TaskRun", name: labels[LABEL.taskRun] ?? pod }
    : { kind: "PipelineRun", name: pipelineRun };
}

/** Returns the path of the workspace in the container, and the directory below it. */
async function placeOf(
  { kube, pause, flags, emit }: TargetOptions,
): Promise<{ pod: Pod; path: string; directory: string }> {
  const owner = `step "${stepPath(pause)}"`;
  const { pod, taskRun } = await readTaskRun(kube, pause);
  const { onDirectory: directory = "." } = flags;
  if (directory.startsWith("/")) {
    return { pod, ...mountAt(owner, pod, pause.container, directory) };
  }
  if (taskRun === undefined) {
    if (pause.directory !== "") return { pod, path: pause.directory, directory };
    throw new ClusterError(
      `Cannot find the workspaces of ${owner}: its TaskRun cannot be read`,
      { hint: "ask for the right to get taskruns" },
    );
  }
  const mounted = mountedWorkspaces(taskRun, pod, pause.container);
  if (flags.onDirectory === undefined) {
    const target = flags.onWorkspace === undefined ? uploadTarget(pod, pause) : undefined;
    if (target !== undefined) return { pod, ...target };
    const asked = { owner, step: pause.targetStep, mounted, workspace: flags.onWorkspace };
    const place = heldDestination(taskRun, asked);
    if (place !== undefined) {
      const text = `The upload goes to ${pathOf(place)}, where the clone would put it`;
      emit({ kind: "note", text });
      return { pod, ...place };
    }
    const uploaded = flags.onWorkspace === undefined
      ? await uploadedIn(kube, { pod, taskRun, pause })
      : undefined;
    if (uploaded !== undefined) {
      const text = `The upload goes to ${pathOf(uploaded)}, where the run's upload went`;
      if (uploaded.directory !== ".") emit({ kind: "note", text });
      return { pod, ...uploaded };
    }
  }
  return { pod, directory, path: chooseMounted(owner, mounted, flags.onWorkspace).path };
}

/** Returns where the step has the files of the upload that the run started with. */
async function uploadedIn(
  kube: Kube,
  { pod, taskRun, pause }: { pod: Pod; taskRun: Stored<TaskRun>; pause: Pause },
): Promise<HeldPlace | undefined> {
  const { kind, name } = runOf(pod, pause);
  const { metadata } = kind === "TaskRun"
    ? taskRun
    : await orUndefined(kube.get<PipelineRun>(RESOURCE_OF[kind], pause.namespace, name)) ?? taskRun;
  const place = uploadedPlace(metadata.annotations);
  return place && placeIn(pod, pause.container, place);
}

/** Returns the annotations of the run that the target belongs to, if it can be read. */
export async function runAnnotations(
  kube: Kube,
  { run: { kind, name }, pause: { namespace } }: StepTarget,
): Promise<Readonly<Record<string, string>> | undefined> {
  const run = await orUndefined(kube.get(RESOURCE_OF[kind], namespace, name));
  return run?.metadata.annotations;
}

async function orUndefined<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return undefined;
  }
}
