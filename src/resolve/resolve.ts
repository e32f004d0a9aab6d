/**
 * Reads the Pipelines, Tasks and StepActions that a run is made of: by their names, or as their
 * resolver would. What the `cluster` resolver would read is read directly; for the others Tekton is
 * asked, by a ResolutionRequest or, where the user may not create one, by a probe run.
 */
import { ClusterError } from "../errors.ts";
import type { Kube, KubeObject, Resource, Stored } from "../kube/interface.ts";
import { isStatus, isUnknownKind, StatusError } from "../kube/status.ts";
import type { ReadTask } from "../tekton/inline/inline_task.ts";
import {
  type Param,
  type Pipeline,
  PIPELINES,
  type PipelineTask,
  type Step,
  STEP_ACTIONS,
  type StepAction,
  type Task,
  type TaskRef,
  TASKS,
  type TaskSpec,
} from "../tekton/model.ts";
import { cannotResolve, readResolved, type RemoteReference } from "../tekton/resolved.ts";
import { inlineStepAction } from "../tekton/inline/step_action.ts";
import { stepName } from "../tekton/target.ts";
import {
  effectiveParams,
  fillParams,
  fillReference,
  type Variables,
  variablesOf,
} from "../tekton/variables.ts";
import { probePipeline, probeTask } from "./probe_run.ts";
import { missingRight, resolveByRequest } from "./resolution_request.ts";
import type { AwaitOptions } from "./create_and_await.ts";

export interface Resolving extends AwaitOptions {
  /** Whether a run may be started that only resolves, and fails. */
  readonly allowProbe: boolean;
  /** The documents of a YAML or JSON text; throws an Error for a text that is neither. */
  readonly parse: (text: string) => unknown[];
}

/** One that is not there is told with the names of those that are. Throws ClusterError. */
export async function read<T extends KubeObject>(
  kube: Kube,
  resource: Resource,
  name: string,
): Promise<Stored<T>> {
  try {
    return await kube.get<T>(resource, kube.namespace, name);
  } catch (error) {
    if (isUnknownKind(error)) throw new StatusError(error.message, error.status, { hint: INSTALL });
    if (!isStatus(error, 404)) throw error;
    const there = await kube.list(resource, { namespace: kube.namespace }).catch(() => []);
    if (there.length === 0) throw error;
    const names = there.map((object) => object.metadata.name).sort();
    const more = names.length > MOST_NAMES ? ", …" : "";
    const hint = `its ${resource.plural}: ${names.slice(0, MOST_NAMES).join(", ")}${more}`;
    throw new StatusError(error.message, error.status, { hint });
  }
}

const MOST_NAMES = 10;
const INSTALL =
  "is Tekton Pipelines installed? See https://tekton.dev/docs/installation/pipelines/";

/**
 * An inline one is its own Task. `variables` are those of the Pipeline, see pipelineVariables.
 * Throws ClusterError for what is not there or not reachable, UsageError for a reference that only
 * the run itself can follow.
 */
export async function resolveTask(
  resolving: Resolving,
  task: PipelineTask,
  variables: Variables,
): Promise<ReadTask> {
  if (task.taskSpec !== undefined) {
    const { metadata: _, ...spec } = task.taskSpec;
    return { spec };
  }
  const ref = task.taskRef ?? {};
  if (!ref.resolver) return await read<Task>(resolving.kube, TASKS, ref.name ?? "");
  const reference = remote("Task", `task "${task.name}"`, ref, variables);
  const params = fillParams(task.params ?? [], variables);
  const found = await follow<Task>(
    resolving,
    reference,
    () => probeTask(resolving, reference, params),
  );
  return { ...found, hasRemoteSteps: (found.spec.steps ?? []).some(({ ref }) => ref?.resolver) };
}

/** The Pipeline of a run with these params. Throws as resolveTask. */
export async function resolvePipeline(
  resolving: Resolving,
  ref: TaskRef,
  params: Param[],
): Promise<Pipeline> {
  const { kube } = resolving;
  if (!ref.resolver) return await read<Pipeline>(kube, PIPELINES, ref.name ?? "");
  // Of the Pipeline nothing is known yet, so its name is "".
  const variables = variablesOf(params, {
    "context.pipeline.name": "",
    "context.pipelineRun.namespace": kube.namespace,
  });
  const reference = remote("Pipeline", "the run", ref, variables);
  return await follow<Pipeline>(
    resolving,
    reference,
    () => probePipeline(resolving, reference, params),
  );
}

/**
 * The spec with the steps that refer to a StepAction inline: those asked for, or where the template
 * has a command all of them, for it has to move into the steps. `params` are those that the Task is
 * run with, as far as they are known. Throws as resolveTask.
 */
export async function withStepActions(
  resolving: Resolving,
  spec: TaskSpec,
  asked: readonly number[],
  params: Param[],
): Promise<TaskSpec> {
  const { command, args } = spec.stepTemplate ?? {};
  const all = command !== undefined || args !== undefined;
  const variables = variablesOf([...effectiveParams(spec.params ?? [], []), ...params]);
  const steps = [...spec.steps ?? []];
  // One by one: where one fails, no other has left anything on the cluster.
  for (const [at, step] of steps.entries()) {
    if (step.ref === undefined || !(all || asked.includes(at))) continue;
    if (!step.ref.resolver) {
      const name = step.ref.name ?? "";
      const found = await read<StepAction>(resolving.kube, STEP_ACTIONS, name);
      steps[at] = inlineStepAction(step, found, variables);
      continue;
    }
    const reference = remote("StepAction", `step "${stepName(step, at)}"`, step.ref, variables);
    steps[at] = inlineStepAction(step, await follow<StepAction>(resolving, reference), variables);
  }
  return { ...spec, steps };
}

function remote(
  kind: RemoteReference["kind"],
  owner: string,
  ref: NonNullable<Step["ref"]>,
  variables: Variables,
): RemoteReference {
  const what = cannotResolve({ kind, owner });
  const [name, ...params] = fillReference(what, [
    { name: "", value: ref.name ?? "" },
    ...ref.params ?? [],
  ], variables);
  const url = name.value === "" ? undefined : String(name.value);
  return { kind, owner, resolver: ref.resolver!, params, url };
}

/** `probe` finds it out by a probe run, where there is a way to. */
async function follow<T extends KubeObject>(
  resolving: Resolving,
  reference: RemoteReference,
  probe?: () => Promise<T>,
): Promise<T> {
  const { kube, allowProbe, emit } = resolving;
  const { kind, owner, resolver } = reference;
  const found = resolver === "cluster" ? await readCluster<T>(kube, reference) : undefined;
  if (found !== undefined) return found;
  const missing = await missingRight(kube);
  if (missing === undefined) {
    const text = await resolveByRequest(resolving, reference);
    return readResolved<T>(reference, parsed(resolving, reference, text));
  }
  if (allowProbe && probe !== undefined) {
    const text = `Resolving the ${kind} of ${owner} by a probe run, which fails at once`;
    emit({ kind: "note", text });
    return await probe();
  }
  const what = `${cannotResolve(reference)} by "${resolver}"`;
  const ask = `ask for a Role with this right, or apply the ${kind} and refer to it by name`;
  throw new ClusterError(`${what}: you may not ${missing} (403)`, {
    hint: probe === undefined
      ? `${ask}; no probe run can tell a StepAction`
      : `${ask}, or --allow-probe, which starts a run that resolves it and fails at once`,
  });
}

const RESOURCES: Record<RemoteReference["kind"], Resource> = {
  Task: TASKS,
  Pipeline: PIPELINES,
  StepAction: STEP_ACTIONS,
};

/**
 * What the cluster resolver would read. Undefined where only it can tell or see: a kind or namespace
 * that is not given is of its own configuration, and a namespace that is closed to the user need not
 * be so to it.
 */
async function readCluster<T extends KubeObject>(
  kube: Kube,
  reference: RemoteReference,
): Promise<T | undefined> {
  const param = (key: string) => {
    const value = reference.params.findLast((param) => param.name === key)?.value;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [kind, namespace, name] = ["kind", "namespace", "name"].map(param);
  if (kind === undefined || namespace === undefined || name === undefined) return undefined;
  if (kind !== reference.kind.toLowerCase()) return undefined; // its refusal is Tekton's to word
  try {
    return await kube.get<T>(RESOURCES[reference.kind], namespace, name);
  } catch (error) {
    if (isStatus(error, 403)) return undefined;
    throw error;
  }
}

function parsed(resolving: Resolving, reference: RemoteReference, text: string): unknown[] {
  try {
    return resolving.parse(text);
  } catch (error) {
    const words = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ClusterError(
      `${cannotResolve(reference)} by "${reference.resolver}": what came is no YAML: ${words}`,
      { hint: "look at the params of its reference" },
    );
  }
}
