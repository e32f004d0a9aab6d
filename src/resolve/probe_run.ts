/**
 * Resolves a reference by a probe run, for a user who may start runs but not create
 * ResolutionRequests: Tekton resolves the reference, stores the spec in the run's status and then
 * refuses the run, so no pod is created.
 *
 * Tekton 1.9 stores the resolved spec before it checks the run (pkg/reconciler/taskrun/taskrun.go,
 * prepare; pkg/reconciler/pipelinerun/pipelinerun.go, reconcile). By then it has merged the
 * namespace's StepActions into a TaskRun, with the values of the run's params: so the probe gets
 * the params of the real run. StepActions from resolvers are stored only with the whole Task filled
 * in, so a probe cannot read them unchanged.
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
import { type AwaitContext, createAndAwait } from "./create_and_await.ts";
import { withoutOwn } from "../objects/marks.ts";

/** Tekton gives resolvers one minute, and its controller may be busy. */
const ANSWER_MS = 120_000;
/** The name of a workspace or task that no Task or Pipeline declares. */
const UNDECLARED = "tkn-dev-probe-that-never-starts";

/** Returns the Task; `params` are the params that the Task will run with. */
export async function probeTask(
  context: AwaitContext,
  reference: RemoteReference,
  params: Param[],
): Promise<Task> {
  const run = await probe<TaskRun>(context, reference, TASK_RUNS, {
    taskRef: referenceOf(reference),
    params,
    workspaces: [{ name: UNDECLARED, emptyDir: {} }], // Tekton refuses an undeclared workspace
  });
  const spec = resolvedSpec(reference, run, run.status?.taskSpec);
  const { "app.kubernetes.io/managed-by": _, ...labels } = run.metadata.labels ?? {};
  const metadata = metadataOf({ ...run, metadata: { ...run.metadata, labels } }, LABEL.task);
  return { kind: "Task", metadata, spec };
}

/** Returns the Pipeline; `params` are the params that the Pipeline will run with. */
export async function probePipeline(
  context: AwaitContext,
  reference: RemoteReference,
  params: Param[],
): Promise<Pipeline> {
  const run = await probe<PipelineRun>(context, reference, PIPELINE_RUNS, {
    pipelineRef: referenceOf(reference),
    params,
    taskRunSpecs: [{ pipelineTaskName: UNDECLARED }], // Tekton refuses an unknown task
  });
  const spec = resolvedSpec(reference, run, run.status?.pipelineSpec);
  const metadata = metadataOf(run, LABEL.pipeline);
  if (metadata.name === run.metadata.name) delete metadata.name; // the Pipeline has no name
  return { kind: "Pipeline", metadata, spec };
}

function referenceOf({ resolver, params, url }: RemoteReference) {
  return { resolver, ...(url === undefined ? { params } : { name: url }) };
}

async function probe<T extends PipelineRun | TaskRun>(
  context: AwaitContext,
  reference: RemoteReference,
  resource: Resource,
  spec: T["spec"],
): Promise<T> {
  const ended = await createAndAwait<T, T>(context, resource, {
    apiVersion: "tekton.dev/v1",
    kind: resource.kind,
    metadata: { generateName: "tkn-dev-probe-" },
    spec,
  } as T, {
    ms: ANSWER_MS,
    answerOf: (run) => ["True", "False"].includes(conditionOf(run)?.status ?? "") ? run : undefined,
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
  const why = conditionOf(run)?.message ?? "the probe run gives no reason";
  return new ClusterError(
    `${cannotResolve(reference)} by "${reference.resolver}": ${why.replace(/\s*\n\s*/g, " ")}`,
    { hint: "look at the params of its reference" },
  );
}

/** Returns the object's labels and annotations, which Tekton has copied to the run. */
function metadataOf({ metadata }: KubeObject, nameLabel: string): KubeObject["metadata"] {
  const { [nameLabel]: name, ...labels } = withoutOwn(metadata.labels);
  const { "pipeline.tekton.dev/release": _, ...annotations } = withoutOwn(metadata.annotations);
  return { name, labels, annotations };
}
