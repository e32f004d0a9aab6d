/** Finds the Task that a Pipeline's task refers to. */
import { ClusterError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import { type PipelineTask, type Task, TASKS } from "../tekton/model.ts";

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
    return await kube.get<Task>(TASKS, kube.namespace, name ?? "");
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
