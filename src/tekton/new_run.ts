/** Builds the run that the command line asks for, before any change to it. Pure. */
import type { Param, PipelineRun, RunKind, TaskRun, WorkspaceBinding } from "./model.ts";

export interface NewRun {
  /** The name of the Pipeline or Task. */
  readonly name: string;
  readonly namespace: string;
  readonly params: Param[];
  readonly workspaces: WorkspaceBinding[];
  readonly labels?: Record<string, string>;
  readonly serviceAccount?: string;
}

export function newPipelineRun(asked: NewRun): PipelineRun {
  const { params, workspaces, serviceAccount } = asked;
  return {
    ...head("PipelineRun", asked),
    spec: {
      pipelineRef: { name: asked.name },
      params,
      workspaces,
      ...(serviceAccount === undefined
        ? {}
        : { taskRunTemplate: { serviceAccountName: serviceAccount } }),
    },
  };
}

export function newTaskRun(asked: NewRun): TaskRun {
  const { params, workspaces, serviceAccount } = asked;
  return {
    ...head("TaskRun", asked),
    spec: {
      taskRef: { name: asked.name },
      params,
      workspaces,
      ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    },
  };
}

function head<K extends RunKind>(kind: K, { name, namespace, labels }: NewRun) {
  return {
    apiVersion: "tekton.dev/v1",
    kind,
    metadata: {
      generateName: `${name}-run-`,
      namespace,
      ...(labels === undefined ? {} : { labels }),
    },
  };
}
