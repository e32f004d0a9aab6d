/** Reads the Pipelines and Tasks that a run is made of. */
import { ClusterError } from "../errors.ts";
import type { Kube, KubeObject, Resource } from "../kube/interface.ts";
import { isStatus, isUnknownKind, StatusError } from "../kube/status.ts";
import {
  type PipelineTask,
  STEP_ACTIONS,
  type StepAction,
  type Task,
  TASKS,
  type TaskSpec,
} from "../tekton/model.ts";
import { inlineStepAction } from "../tekton/step_action.ts";
import { stepName } from "../tekton/target.ts";

/** One that is not there is told with the names of those that are. Throws ClusterError. */
export async function read<T extends KubeObject>(
  kube: Kube,
  resource: Resource,
  name: string,
): Promise<T> {
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
 * The spec with the steps that refer to a StepAction inline: those asked for, or where the template
 * has a command all of them, for it has to move into the steps. Throws ClusterError for a remote one.
 */
export async function withStepActions(
  kube: Kube,
  spec: TaskSpec,
  asked: readonly number[],
): Promise<TaskSpec> {
  const { command, args } = spec.stepTemplate ?? {};
  const all = command !== undefined || args !== undefined;
  const steps = await Promise.all((spec.steps ?? []).map(async (step, at) => {
    if (step.ref === undefined || !(all || asked.includes(at))) return step;
    const { name, resolver } = step.ref;
    if (resolver !== undefined || name === undefined) {
      throw new ClusterError(
        `Cannot hold step "${stepName(step, at)}": its StepAction comes from a resolver`,
        { hint: "choose another --on-step" },
      );
    }
    return inlineStepAction(step, await read<StepAction>(kube, STEP_ACTIONS, name));
  }));
  return { ...spec, steps };
}

/** An inline one is its own Task. Throws ClusterError for what is not there or not reachable. */
export async function resolveTask(
  kube: Kube,
  task: PipelineTask,
): Promise<Pick<Task, "spec"> & { metadata?: Task["metadata"] }> {
  if (task.taskSpec !== undefined) {
    const { metadata: _, ...spec } = task.taskSpec;
    return { spec };
  }
  const { name, resolver, params = [] } = task.taskRef ?? {};
  if (resolver === undefined || resolver === "") {
    return await read<Task>(kube, TASKS, name ?? "");
  }
  if (resolver !== "cluster") {
    throw new ClusterError(
      `Cannot hold task "${task.name}": its Task comes from the resolver "${resolver}"`,
      { hint: "only Tasks of this cluster can be held so far: apply it, and refer to it by name" },
    );
  }
  const param = (key: string) => {
    const value = params.find((param) => param.name === key)?.value;
    return typeof value === "string" && !value.includes("$(") ? value : undefined;
  };
  const [from, found] = [param("namespace"), param("name")];
  if (from === undefined || found === undefined) {
    throw new ClusterError(`Cannot hold task "${task.name}": its reference has params in it`, {
      hint: "only references with a plain name and namespace can be followed so far",
    });
  }
  return await kube.get<Task>(TASKS, from, found);
}
