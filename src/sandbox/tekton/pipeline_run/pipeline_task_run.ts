/** The TaskRun of one task of a PipelineRun. */
import {
  LABEL,
  type PipelineRun,
  type PipelineTask,
  type TaskRun,
  type WorkspaceBinding,
} from "../../../tekton/model.ts";
import type { Store } from "../../store/store.ts";
import { ownerReference } from "../conditions.ts";
import { childName } from "../names.ts";
import { type PlannedTask, replaceTaskSpec } from "./pipeline_plan.ts";
import { referencesIn, type Values } from "../substitute.ts";
import { makeClaim } from "../task_run/task_pod.ts";

interface TaskRunSpec {
  readonly pipelineTaskName: string;
  readonly serviceAccountName?: string;
  readonly timeout?: string;
  readonly metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
}

export function taskRunName(run: PipelineRun, task: PipelineTask): string {
  return childName(run.metadata.name!, `-${task.name}`);
}

/** `values` are the results (and for `finally` the statuses) of earlier tasks. */
export function makeTaskRun(
  store: Store,
  run: PipelineRun,
  { task, isFinal }: PlannedTask,
  values: Values,
): TaskRun {
  const { taskSpec, params, workspaces, taskRef } = values.deep({
    params: task.params,
    workspaces: task.workspaces,
    taskRef: task.taskRef,
    taskSpec: undefined,
  }) as PipelineTask;
  const inline = task.taskSpec && replaceTaskSpec(task.taskSpec, values);
  const { metadata: own, apiVersion: _a, kind: _k, ...spec } = inline ?? taskSpec ?? {};
  const special = ((run.spec.taskRunSpecs ?? []) as unknown as TaskRunSpec[])
    .find(({ pipelineTaskName }) => pipelineTaskName === task.name);
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } =
    run.metadata.annotations ?? {};
  const resolved = { ...task, workspaces };
  const bindings = bind(store, run, resolved);
  return {
    kind: "TaskRun",
    metadata: {
      name: taskRunName(run, task),
      namespace: run.metadata.namespace,
      labels: {
        ...own?.labels,
        ...run.metadata.labels,
        [LABEL.pipelineRun]: run.metadata.name!,
        "tekton.dev/pipelineRunUID": run.metadata.uid!,
        [LABEL.pipelineTask]: task.name,
        "tekton.dev/memberOf": isFinal ? "finally" : "tasks",
        "app.kubernetes.io/managed-by": "tekton-pipelines",
        ...special?.metadata?.labels,
      },
      annotations: { ...own?.annotations, ...annotations, ...special?.metadata?.annotations },
      ownerReferences: [ownerReference(run)],
    },
    spec: {
      ...(inline === undefined ? { taskRef } : { taskSpec: spec }),
      ...(params && { params }),
      ...(bindings.length > 0 && { workspaces: bindings }),
      serviceAccountName: special?.serviceAccountName ??
        run.spec.taskRunTemplate?.serviceAccountName ?? "default",
      ...(task.retries && { retries: task.retries }),
      timeout: special?.timeout ?? task.timeout ?? "1h0m0s",
    },
  };
}

function bind(store: Store, run: PipelineRun, task: PipelineTask): WorkspaceBinding[] {
  const bindings = new Map((run.spec.workspaces ?? []).map((binding) => [binding.name, binding]));
  const wanted = [...(task.workspaces ?? [])];
  // An inline taskSpec gets each of the run's workspaces that it mentions.
  for (const reference of referencesIn(task.taskSpec)) {
    const name = /^workspaces\.([^.]+)\./.exec(reference)?.[1];
    if (name !== undefined && bindings.has(name) && !wanted.some((each) => each.name === name)) {
      wanted.push({ name });
    }
  }
  return wanted.flatMap(({ name, workspace = name, subPath }) => {
    const binding = bindings.get(workspace);
    if (binding === undefined) return []; // optional, or the TaskRun reports that it is missing
    const { volumeClaimTemplate, ...rest } = binding;
    const claim = volumeClaimTemplate === undefined
      ? {}
      : { persistentVolumeClaim: { claimName: makeClaim(store, run, binding) } };
    const path = [rest.subPath, subPath].filter(Boolean).join("/");
    return [{ ...rest, ...claim, name, ...(path && { subPath: path }) }];
  });
}
