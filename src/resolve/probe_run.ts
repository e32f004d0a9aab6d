/**
 * What a resolver returns, for a user who may start runs but not ask the resolvers: read from the
 * status of a run that Tekton resolves and then refuses, so that no pod is ever made.
 *
 * Tekton 1.9 stores what it resolved before it checks the run (pkg/reconciler/taskrun/taskrun.go,
 * prepare; pkg/reconciler/pipelinerun/pipelinerun.go, reconcile). By then a TaskRun has the
 * StepActions of its namespace merged in with the values of its params: so the probe has those of the
 * run to come. StepActions from resolvers it tells only with all of the Task filled in: no probe has
 * them as they are.
 */
import { ClusterError } from "../errors.ts";
import type { KubeObject, Resource } from "../kube/interface.ts";
import {
  LABEL,
  type Param,
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  type Task,
  TASK_RUNS,
  type TaskRun,
} from "../tekton/model.ts";
import { cannotResolve, type RemoteReference } from "../tekton/resolved.ts";
import { ask, type AwaitOptions } from "./create_and_await.ts";
import { withoutOwn } from "../objects/own.ts";

/** Resolvers have a minute; the controller has other work as well. */
const ANSWER_MS = 120_000;
/** A workspace or task that is declared nowhere. */
const NOWHERE = "tkn-dev-probe-that-never-starts";

/** `params` are those that the Task would be run with. */
export async function probeTask(
  asking: AwaitOptions,
  reference: RemoteReference,
  params: Param[],
): Promise<Task> {
  const run = await probe<TaskRun>(asking, reference, TASK_RUNS, {
    taskRef: referenceOf(reference),
    params,
    workspaces: [{ name: NOWHERE, emptyDir: {} }], // which no Task may be given that declares none
  });
  const spec = resolvedSpec(reference, run, run.status?.taskSpec);
  const { "app.kubernetes.io/managed-by": _, ...labels } = run.metadata.labels ?? {};
  const metadata = metadataOf({ ...run, metadata: { ...run.metadata, labels } }, LABEL.task);
  return { kind: "Task", metadata, spec };
}

export async function probePipeline(
  asking: AwaitOptions,
  reference: RemoteReference,
  params: Param[],
): Promise<Pipeline> {
  const run = await probe<PipelineRun>(asking, reference, PIPELINE_RUNS, {
    pipelineRef: referenceOf(reference),
    params,
    taskRunSpecs: [{ pipelineTaskName: NOWHERE }], // for a task that no Pipeline has
  });
  const spec = resolvedSpec(reference, run, run.status?.pipelineSpec);
  const metadata = metadataOf(run, LABEL.pipeline);
  if (metadata.name === run.metadata.name) delete metadata.name; // the Pipeline had none
  return { kind: "Pipeline", metadata, spec };
}

function referenceOf({ resolver, params, url }: RemoteReference) {
  return { resolver, ...(url === undefined ? { params } : { name: url }) };
}

async function probe<T extends PipelineRun | TaskRun>(
  asking: AwaitOptions,
  reference: RemoteReference,
  resource: Resource,
  spec: T["spec"],
): Promise<T> {
  const ended = await ask<T, T>(asking, resource, {
    apiVersion: "tekton.dev/v1",
    kind: resource.kind,
    metadata: { generateName: "tkn-dev-probe-" },
    spec,
  } as T, {
    ms: ANSWER_MS,
    look: (run) => ["True", "False"].includes(conditionOf(run)?.status ?? "") ? run : undefined,
  });
  if (ended !== undefined) return ended;
  throw new ClusterError(`${cannotResolve(reference)}: the probe run did not end in time`, {
    hint: "is Tekton's controller running?",
  });
}

function conditionOf({ status }: PipelineRun | TaskRun) {
  return status?.conditions?.find(({ type }) => type === "Succeeded");
}

function resolvedSpec<S>(
  reference: RemoteReference,
  run: PipelineRun | TaskRun,
  spec: S | undefined,
): S {
  if (spec === undefined) throw notResolved(reference, run);
  return spec;
}

function notResolved(reference: RemoteReference, run: PipelineRun | TaskRun): ClusterError {
  const words = conditionOf(run)?.message ?? "its run tells nothing of it";
  return new ClusterError(
    `${cannotResolve(reference)} by "${reference.resolver}": ${words.replace(/\s*\n\s*/g, " ")}`,
    { hint: "look at the params of its reference" },
  );
}

/** Those that Tekton put onto the run were the object's own, but for what it gives any run. */
function metadataOf({ metadata }: KubeObject, nameLabel: string): KubeObject["metadata"] {
  const { [nameLabel]: name, ...labels } = withoutOwn(metadata.labels);
  const { "pipeline.tekton.dev/release": _, ...annotations } = withoutOwn(metadata.annotations);
  return { name, labels, annotations };
}
