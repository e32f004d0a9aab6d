/** Reads a held step's script for editing, and writes the edited script into its container. */
import { ClusterError, UsageError } from "../errors.ts";
import type { Kube, KubeObject } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import { isStatus } from "../kube/status.ts";
import { editCommand, showCommand } from "../step/scripts.ts";
import { fillLike } from "../tekton/script/edit_script.ts";
import { paramsOf } from "../tekton/breakpoint/held_facts.ts";
import {
  LABEL,
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  STEP_ACTIONS,
  type Task,
  type TaskRef,
  type TaskRun,
  TASKS,
} from "../tekton/model.ts";
import { scriptPlace, type ScriptSource } from "../tekton/script/script_source.ts";
import { taskNameOf } from "../tekton/task_name.ts";
import { type Variables, variablesOf } from "../tekton/variables.ts";
import { readTaskRun } from "./held_step_info.ts";
import { type Pause, stepPath } from "./pause.ts";

export interface EditedScript {
  /** The text to edit: as written in `source`, else as in the container. */
  readonly template: string;
  /** The text in the container, with Tekton's variables filled in. */
  readonly filled: string;
  readonly known: Variables;
  /** Where the script is written; undefined if nowhere on the cluster, or if it has changed. */
  readonly source?: ScriptSource;
}

/** Throws UsageError for a step without a script. */
export async function readScript(kube: Kube, pause: Pause): Promise<EditedScript> {
  const filled = await readFilledScript(kube, pause);
  const { taskRun } = await readTaskRun(kube, pause);
  const found = taskRun === undefined ? undefined : await findSource(kube, pause, taskRun);
  // A StepAction's params are its step's: fillLike finds their values in the filled text.
  const isOfTask = taskRun !== undefined && found?.source.kind !== "StepAction";
  const known = variablesOf(isOfTask ? paramsOf(taskRun) : []);
  const fits = found !== undefined && fillLike(found.text, filled, found.text, known) !== undefined;
  return fits
    ? { template: found.text, filled, known, source: found.source }
    : { template: filled, filled, known };
}

/** Throws UsageError for unknown variables in the text, ClusterError if it can't be written. */
export async function writeScript(
  kube: Kube,
  pause: Pause,
  { template, filled, known }: EditedScript,
  edited: string,
): Promise<void> {
  const script = fillLike(template, filled, edited, known) ?? { text: edited, unknown: [] };
  if (script.unknown.length > 0) {
    throw new UsageError(
      `Cannot run the edited script: ${script.unknown.join(", ")} is not known here`,
      { hint: "use only variables of the original script, and the Task's params" },
    );
  }
  const { namespace, pod, container } = pause;
  const stdin = new Blob([script.text]).stream();
  const { exitCode, message } = await kube.exec({
    namespace,
    pod,
    container,
    command: editCommand(),
    stdin,
    deadlineMs: SHORT_COMMAND_MS,
  });
  if (exitCode === 0) return;
  throw new ClusterError(`Cannot write the script into step "${stepPath(pause)}": ${message}`);
}

/** Kubernetes stores no larger object: etcd's limit is 1.5 MiB. */
const MOST_SCRIPT_BYTES = 1 << 20;
const TOO_LONG = "its container sends a script of more than 1 MiB";

/** Reads the script in the container, before any edit. Throws ClusterError if not a short text. */
async function readFilledScript(kube: Kube, pause: Pause): Promise<string> {
  const { namespace, pod, container } = pause;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const tooLong = new AbortController();
  const onStdout = (bytes: Uint8Array) => {
    size += bytes.length;
    if (size <= MOST_SCRIPT_BYTES) parts.push(bytes.slice());
    else tooLong.abort(new DOMException("the script is too long", "AbortError"));
  };
  const cannot = (state: string) =>
    new ClusterError(`Cannot edit step "${stepPath(pause)}": ${state}`);
  const { exitCode } = await kube.exec({
    namespace,
    pod,
    container,
    command: showCommand(),
    onStdout,
    deadlineMs: SHORT_COMMAND_MS,
    signal: tooLong.signal,
  }).catch((error) => {
    if (tooLong.signal.aborted) throw cannot(TOO_LONG);
    throw error;
  });
  if (size > MOST_SCRIPT_BYTES) throw cannot(TOO_LONG);
  if (exitCode === 0) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(parts).arrayBuffer());
    } catch {
      throw cannot("its script is not UTF-8");
    }
  }
  throw new UsageError(
    `Cannot edit step "${stepPath(pause)}": it has no script`,
    { hint: "run its command by hand; debug-info shows it" },
  );
}

/** Finds the object with the script by the run's labels, and reads it as it is now. */
async function findSource(
  kube: Kube,
  pause: Pause,
  taskRun: TaskRun,
): Promise<{ source: ScriptSource; text: string } | undefined> {
  const { namespace, task, targetStep: step } = pause;
  const { labels = {} } = taskRun.metadata;
  const originals = task === undefined
    ? {
      ref: refTo(taskNameOf(labels)),
      task: await find<Task>(kube, TASKS, namespace, taskNameOf(labels)),
    }
    : await pipelineOriginals(kube, pause, labels[LABEL.pipelineRun] ?? "");
  const source = scriptPlace({ task, step }, originals);
  if (source === undefined) return undefined;
  const resource = { Task: TASKS, Pipeline: PIPELINES, StepAction: STEP_ACTIONS }[source.kind];
  const object = await find<KubeObject>(kube, resource, source.namespace ?? namespace, source.name);
  const text = textAt(object, source.path);
  return text === undefined ? undefined : { source, text };
}

async function pipelineOriginals(kube: Kube, { namespace, task }: Pause, run: string) {
  const pipelineRun = await find<PipelineRun>(kube, PIPELINE_RUNS, namespace, run);
  const name = pipelineRun?.metadata.labels?.[LABEL.pipeline];
  const pipeline = await find<Pipeline>(kube, PIPELINES, namespace, name);
  const tasks = [...(pipeline?.spec.tasks ?? []), ...(pipeline?.spec.finally ?? [])];
  const ref = tasks.find((one) => one.name === task)?.taskRef;
  const found = ref === undefined || ref.resolver
    ? undefined
    : await find<Task>(kube, TASKS, namespace, ref.name);
  return { ref: refTo(name), pipeline, task: found };
}

function refTo(name: string | undefined): TaskRef | undefined {
  return name === undefined ? undefined : { name };
}

/** Returns undefined if the object does not exist, or the user may not read it. */
async function find<T extends KubeObject>(
  kube: Kube,
  resource: Parameters<Kube["get"]>[0],
  namespace: string,
  name: string | undefined,
): Promise<T | undefined> {
  if (!name) return undefined;
  try {
    return await kube.get<T>(resource, namespace, name);
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 403)) return undefined;
    throw error;
  }
}

/** Returns the text at a JSON pointer. */
function textAt(object: KubeObject | undefined, pointer: string): string | undefined {
  const keys = pointer.slice(1).split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = keys.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    object,
  );
  return typeof found === "string" ? found : undefined;
}
