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
  /** The service accounts of single tasks of a Pipeline. */
  readonly taskAccounts?: readonly TaskAccount[];
  readonly podTemplate?: unknown;
  /** The run's name begins with it and a dash; default: `name` and -run. */
  readonly prefix?: string;
  readonly timeouts?: Timeouts;
}

export interface TaskAccount {
  readonly task: string;
  readonly serviceAccount: string;
}

/** Durations as Go writes them; "0s" is no limit. A TaskRun has `task` alone. */
export interface Timeouts {
  readonly pipeline?: string;
  readonly tasks?: string;
  readonly finally?: string;
  readonly task?: string;
}

export function newPipelineRun(asked: NewRun): PipelineRun {
  const { params, workspaces, serviceAccount, podTemplate, taskAccounts = [], timeouts } = asked;
  const template = given({ serviceAccountName: serviceAccount, podTemplate });
  const specs = taskAccounts.map(({ task, serviceAccount }) => ({
    pipelineTaskName: task,
    serviceAccountName: serviceAccount,
  }));
  return {
    ...head("PipelineRun", asked),
    spec: {
      pipelineRef: { name: asked.name },
      params,
      workspaces,
      ...(Object.keys(template).length === 0 ? {} : { taskRunTemplate: template }),
      ...(specs.length === 0 ? {} : { taskRunSpecs: specs }),
      ...(timeouts === undefined ? {} : { timeouts: given(timeouts) }),
    },
  };
}

export function newTaskRun(asked: NewRun): TaskRun {
  const { params, workspaces, serviceAccount, podTemplate, timeouts } = asked;
  return {
    ...head("TaskRun", asked),
    spec: {
      taskRef: { name: asked.name },
      params,
      workspaces,
      ...given({ serviceAccountName: serviceAccount, podTemplate, timeout: timeouts?.task }),
    },
  };
}

function head<K extends RunKind>(kind: K, { name, namespace, labels, prefix }: NewRun) {
  return {
    apiVersion: "tekton.dev/v1",
    kind,
    metadata: {
      generateName: prefix === undefined ? `${name}-run-` : `${prefix}-`,
      namespace,
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

/** Returns the fields that are not undefined. */
function given<T extends object>(fields: T): Partial<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
