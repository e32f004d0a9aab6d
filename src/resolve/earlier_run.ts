/** Finds the earlier run that a new one starts from: the last one, or one by its name. */
import { ClusterError } from "../errors.ts";
import type { Kube, Stored } from "../kube/interface.ts";
import { holdsSteps, isCopy } from "../objects/marks.ts";
import { newestFirst } from "../objects/object_age.ts";
import { askedKind, askedRun } from "../tekton/asked_run.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  type PipelineRun,
  RESOURCE_OF,
  type RunKind,
  TASK_RUNS,
  type TaskRun,
} from "../tekton/model.ts";
import { TASK_NAME } from "../tekton/task_name.ts";
import { readByName } from "./resolve.ts";

type AnyRun = PipelineRun | TaskRun;

/** The last run of a Pipeline or Task, or of a kind of resolver. */
export interface LastRun {
  readonly kind: RunKind;
  /** The name of the Pipeline or Task; undefined with a resolver, for any Pipeline. */
  readonly name?: string;
  /** The resolver of the run's Pipeline; "remote" is any. */
  readonly resolver?: string;
}

/** Returns the run with the spec that its user asked for. Throws ClusterError and UsageError. */
export async function readEarlierRun(
  kube: Kube,
  kind: RunKind,
  name: string,
): Promise<Stored<AnyRun>> {
  return asked(await readByName<AnyRun>(kube, RESOURCE_OF[kind], name));
}

/**
 * Returns the newest run with the spec that its user asked for; of runs of the same second, the
 * first of the list. Passes over copies of held runs, which fail at once. Throws ClusterError if
 * no run is left, and UsageError.
 */
export async function readLastRun(kube: Kube, last: LastRun): Promise<Stored<AnyRun>> {
  const runs = await list(kube, last);
  const { resolver } = last;
  const fitting = runs.filter((run) =>
    !isCopy(run) && (resolver === undefined || isBy(resolver, run))
  );
  const [newest] = fitting.toSorted(newestFirst);
  if (newest === undefined) throw noRun(kube, last);
  return asked(newest);
}

function asked(run: Stored<AnyRun>): Stored<AnyRun> {
  return askedRun(run, holdsSteps(run) || isCopy(run));
}

async function list(kube: Kube, { kind, name }: LastRun): Promise<Stored<AnyRun>[]> {
  const { namespace } = kube;
  if (kind === "PipelineRun") {
    const labels = name === undefined ? undefined : `${LABEL.pipeline}=${name}`;
    return await kube.list<PipelineRun>(PIPELINE_RUNS, { namespace, labels });
  }
  const [byReference, inline] = await Promise.all(
    [LABEL.task, TASK_NAME].map((label) =>
      kube.list<TaskRun>(TASK_RUNS, { namespace, labels: `${label}=${name}` })
    ),
  );
  return [
    ...byReference.filter(({ spec }) =>
      spec.taskRef !== undefined && (spec.taskRef.kind ?? "Task") === "Task"
    ),
    // A task of a PipelineRun that holds has the label too, and a spec that is not the Task's.
    ...inline.filter((run) => askedKind(run) === "TaskRun"),
  ];
}

/** tkn says "bundle" for the resolver that Tekton calls "bundles". */
function isBy(resolver: string, run: AnyRun): boolean {
  const { spec } = askedRun(run, false);
  const found = (spec as PipelineRun["spec"]).pipelineRef?.resolver ?? "";
  if (found === "" || resolver === "remote") return found !== "";
  return found === resolver || resolver === "bundle" && found === "bundles";
}

function noRun({ namespace }: Kube, { kind, name, resolver }: LastRun): ClusterError {
  const what = kind === "PipelineRun" ? "Pipeline" : "Task";
  const whose = name === undefined ? "" : ` of ${what} "${name}"`;
  const how = resolver === undefined
    ? ""
    : resolver === "remote"
    ? " by a resolver"
    : ` by resolver "${resolver}"`;
  return new ClusterError(
    `Cannot find the last ${kind}${whose}${how}: namespace "${namespace}" has no such run`,
    {
      hint: resolver === undefined
        ? "leave out --last, and give its params and workspaces with -p and -w"
        : resolver === "remote"
        ? "create the first one: tkn-dev create -f FILE"
        : "--resolvertype remote takes the last run by any resolver",
    },
  );
}
