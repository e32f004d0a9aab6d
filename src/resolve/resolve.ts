/**
 * Reads the Pipelines, Tasks and StepActions that a run refers to: by name, or as their resolver
 * would. The client reads directly what the `cluster` resolver would read; the other references it
 * resolves by a ResolutionRequest or, if the user may not create one, by a probe run.
 */
import { ClusterError } from "../errors.ts";
import type { Kube, KubeObject, Named, Resource, Stored } from "../kube/interface.ts";
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
import type { LocalDefinitions } from "../tekton/local_definitions.ts";
import {
  cannotResolve,
  type DefinitionKindName,
  readResolved,
  type RemoteReference,
} from "../tekton/resolved.ts";
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
import type { AwaitContext } from "./create_and_await.ts";

export interface ResolveContext extends AwaitContext {
  /** Whether the client may start a probe run. */
  readonly allowProbe: boolean;
  /** Returns the documents of a YAML or JSON text; throws an Error for any other text. */
  readonly parse: (text: string) => unknown[];
  /** Definitions out of files: a reference by name means one of them first. */
  readonly local?: LocalDefinitions;
  /**
   * Reads what a reference names from this machine, if the user allows it. Returns undefined for
   * one that only the cluster can read.
   */
  readonly readHere?: (reference: RemoteReference) => Promise<string | undefined>;
}

/** Reads an object by name. Throws ClusterError; on a 404, the hint lists the existing names. */
export async function readByName<T extends KubeObject>(
  kube: Kube,
  resource: Resource,
  name: string,
): Promise<Stored<T>> {
  try {
    return await kube.get<T>(resource, kube.namespace, name);
  } catch (error) {
    if (isUnknownKind(error)) {
      throw new StatusError(error.message, error.status, { hint: INSTALL_TEKTON });
    }
    if (!isStatus(error, 404)) throw error;
    const objects = await kube.list(resource, { namespace: kube.namespace }).catch(() => []);
    if (objects.length === 0) throw error;
    const hint = `its ${resource.plural}: ${listed(objects.map(({ metadata }) => metadata.name))}`;
    throw new StatusError(error.message, error.status, { hint });
  }
}

/** Reads a definition out of the files, or else of the cluster. */
export async function readNamed<T extends Task | Pipeline | StepAction>(
  { kube, local }: Pick<ResolveContext, "kube" | "local">,
  kind: DefinitionKindName & T["kind"],
  name: string,
): Promise<Named<T>> {
  const found = local?.find(kind, name) as Named<T> | undefined;
  if (found !== undefined) return found;
  try {
    return await readByName<T>(kube, RESOURCES[kind], name);
  } catch (error) {
    const names = local?.of(kind).map(({ object }) => object.metadata.name ?? "") ?? [];
    if (names.length === 0 || !isStatus(error, 404)) throw error;
    const hint = `the ${kind}s of the files: ${listed(names)}; ${error.hint}`;
    throw new StatusError(error.message, error.status, { hint });
  }
}

const MOST_NAMES = 10;

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ", …" : "";
  return `${names.toSorted().slice(0, MOST_NAMES).join(", ")}${more}`;
}

/** The hint for a cluster that does not know Tekton's kinds. */
export const INSTALL_TEKTON =
  "is Tekton Pipelines installed? See https://tekton.dev/docs/installation/pipelines/";

/**
 * Returns the Task of a Pipeline's task, which may be inline. `variables` are the Pipeline's, see
 * pipelineVariables. Throws ClusterError for an object that does not exist or can't be read, and
 * UsageError for a reference that only the run can resolve.
 */
export async function resolveTask(
  context: ResolveContext,
  task: PipelineTask,
  variables: Variables,
): Promise<ReadTask> {
  const found = await readTask(context, task, variables);
  const steps = localSteps(context, found.spec);
  if (steps.length === 0) return found;
  const params = fillParams(task.params ?? [], variables);
  return { ...found, spec: await withStepActions(context, found.spec, steps, params) };
}

/** Returns the indices of the steps whose StepActions come from files. */
export function localSteps({ local }: ResolveContext, { steps = [] }: TaskSpec): number[] {
  if (local === undefined) return [];
  return [...steps.keys()].filter((at) => {
    const { ref } = steps[at];
    return ref !== undefined && !ref.resolver && local.find("StepAction", ref.name) !== undefined;
  });
}

async function readTask(
  context: ResolveContext,
  task: PipelineTask,
  variables: Variables,
): Promise<ReadTask> {
  if (task.taskSpec !== undefined) {
    const { metadata: _, ...spec } = task.taskSpec;
    return { spec };
  }
  const ref = task.taskRef ?? {};
  if (!ref.resolver) return await readNamed<Task>(context, "Task", ref.name ?? "");
  const reference = remote("Task", `task "${task.name}"`, ref, variables);
  const params = fillParams(task.params ?? [], variables);
  const found = await resolveRemote<Task>(
    context,
    reference,
    () => probeTask(context, reference, params),
  );
  return { ...found, hasRemoteSteps: (found.spec.steps ?? []).some(({ ref }) => ref?.resolver) };
}

/** Returns the Pipeline of a run with these params. Throws like resolveTask. */
export async function resolvePipeline(
  context: ResolveContext,
  ref: TaskRef,
  params: Param[],
): Promise<Pipeline> {
  const { kube } = context;
  if (!ref.resolver) return await readNamed<Pipeline>(context, "Pipeline", ref.name ?? "");
  // The Pipeline is not known yet, so its name is empty.
  const variables = variablesOf(params, {
    "context.pipeline.name": "",
    "context.pipelineRun.namespace": kube.namespace,
  });
  const reference = remote("Pipeline", "the run", ref, variables);
  return await resolveRemote<Pipeline>(
    context,
    reference,
    () => probePipeline(context, reference, params),
  );
}

/**
 * Returns the spec with StepActions inline: in the steps at `indices`, or in all steps if the step
 * template has a command, because the command moves into the steps. `params` are the known params
 * that the Task will run with. Throws like resolveTask.
 */
export async function withStepActions(
  context: ResolveContext,
  spec: TaskSpec,
  indices: readonly number[],
  params: Param[],
): Promise<TaskSpec> {
  const { command, args } = spec.stepTemplate ?? {};
  const all = command !== undefined || args !== undefined;
  const variables = variablesOf([...effectiveParams(spec.params ?? [], []), ...params]);
  const steps = [...spec.steps ?? []];
  // One after the other: if one fails, no other request is left on the cluster.
  for (const [at, step] of steps.entries()) {
    if (step.ref === undefined || !(all || indices.includes(at))) continue;
    if (!step.ref.resolver) {
      const found = await readNamed<StepAction>(context, "StepAction", step.ref.name ?? "");
      steps[at] = inlineStepAction(step, found, variables);
      continue;
    }
    const reference = remote("StepAction", `step "${stepName(step, at)}"`, step.ref, variables);
    steps[at] = inlineStepAction(
      step,
      await resolveRemote<StepAction>(context, reference),
      variables,
    );
  }
  return { ...spec, steps };
}

function remote(
  kind: RemoteReference["kind"],
  owner: string,
  ref: NonNullable<Step["ref"]>,
  variables: Variables,
): RemoteReference {
  const [name, ...params] = fillReference(cannotResolve({ kind, owner }), [
    { name: "", value: ref.name ?? "" },
    ...ref.params ?? [],
  ], variables);
  const url = name.value === "" ? undefined : String(name.value);
  return { kind, owner, resolver: ref.resolver!, params, url };
}

/** Resolves the reference as its resolver would; `probe` does so by a probe run, if possible. */
async function resolveRemote<T extends KubeObject>(
  context: ResolveContext,
  reference: RemoteReference,
  probe?: () => Promise<T>,
): Promise<T> {
  const { kube, allowProbe, emit } = context;
  const { kind, owner, resolver } = reference;
  const found = resolver === "cluster" ? await readCluster<T>(kube, reference) : undefined;
  if (found !== undefined) return found;
  const here = await context.readHere?.(reference);
  if (here !== undefined) return readResolved<T>(reference, parse(context, reference, here));
  const missing = await missingRight(kube);
  if (missing === undefined) {
    const text = await resolveByRequest(context, reference);
    return readResolved<T>(reference, parse(context, reference, text));
  }
  if (allowProbe && probe !== undefined) {
    const text = `Resolving the ${kind} of ${owner} by a probe run, which fails at once`;
    emit({ kind: "note", text });
    return await probe();
  }
  const cannot = `${cannotResolve(reference)} by "${resolver}"`;
  const ask = `ask for a Role with this right, or apply the ${kind} and refer to it by name`;
  throw new ClusterError(`${cannot}: you may not ${missing} (403)`, {
    hint: probe === undefined
      ? `${ask}; a probe run cannot resolve a StepAction`
      : `${ask}, or use --allow-probe, which starts a run that resolves it and fails at once`,
  });
}

const RESOURCES: Record<RemoteReference["kind"], Resource> = {
  Task: TASKS,
  Pipeline: PIPELINES,
  StepAction: STEP_ACTIONS,
};

/**
 * Reads what the cluster resolver would read. Returns undefined if only the resolver can: without a
 * kind or namespace its configuration counts, and it may read namespaces that the user may not.
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
  if (kind !== reference.kind.toLowerCase()) return undefined; // Tekton refuses it, in its own words
  try {
    return await kube.get<T>(RESOURCES[reference.kind], namespace, name);
  } catch (error) {
    if (isStatus(error, 403)) return undefined;
    throw error;
  }
}

function parse(context: ResolveContext, reference: RemoteReference, text: string): unknown[] {
  try {
    return context.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ClusterError(
      `${cannotResolve(reference)} by "${reference.resolver}": the answer is not YAML: ${why}`,
      { hint: "look at the params of its reference" },
    );
  }
}
