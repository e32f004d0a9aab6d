/** Builds the run that the command line asks for, before any change to it. Pure. */
import { withAsked } from "./asked_run.ts";
import type { Param, PipelineRun, Run, RunKind, TaskRun, WorkspaceBinding } from "./model.ts";

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
  /** The run that this one starts from, in place of a reference by name. */
  readonly base?: BaseRun;
  /** Whether the run will be changed so that it holds. */
  readonly isHeld?: boolean;
  /** Whether it needs definitions out of files, without which it cannot be started again. */
  readonly needsFiles?: boolean;
}

/** A spec to start from. Its params and workspaces are replaced by those of the new run. */
export interface BaseRun<R extends Run = Run> {
  readonly spec: R["spec"];
  /** Default: `name` and -run. */
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
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
  const base = baseSpec(asked, { pipelineRef: { name: asked.name } }) as PipelineRun["spec"];
  const template = {
    ...base.taskRunTemplate,
    ...given({ serviceAccountName: serviceAccount, podTemplate }),
  };
  const specs = withAccounts(base.taskRunSpecs ?? [], taskAccounts);
  const run: PipelineRun = {
    ...head("PipelineRun", asked),
    spec: {
      ...base,
      params,
      workspaces,
      ...(Object.keys(template).length === 0 ? {} : { taskRunTemplate: template }),
      ...(specs.length === 0 ? {} : { taskRunSpecs: specs }),
      ...(timeouts === undefined ? {} : { timeouts: given(timeouts) }),
    },
  };
  return asked.isHeld && !asked.needsFiles ? withAsked(run) : run;
}

export function newTaskRun(asked: NewRun): TaskRun {
  const { params, workspaces, serviceAccount, podTemplate, timeouts } = asked;
  const run: TaskRun = {
    ...head("TaskRun", asked),
    spec: {
      ...baseSpec(asked, { taskRef: { name: asked.name } }) as TaskRun["spec"],
      params,
      workspaces,
      ...given({ serviceAccountName: serviceAccount, podTemplate, timeout: timeouts?.task }),
    },
  };
  return asked.isHeld && !asked.needsFiles ? withAsked(run) : run;
}

/** Returns the spec to start from, without what belongs to the earlier run alone. */
function baseSpec({ base }: NewRun, otherwise: object): object {
  if (base === undefined) return otherwise;
  const { params: _, workspaces: __, status: ___, statusMessage: ____, ...kept } = base.spec;
  return kept;
}

/** Sets the accounts in the specs of their tasks, and adds specs for the other tasks. */
function withAccounts(
  specs: readonly Record<string, unknown>[],
  accounts: readonly TaskAccount[],
): Record<string, unknown>[] {
  const asked = new Map(accounts.map(({ task, serviceAccount }) => [task, serviceAccount]));
  const changed = specs.map((spec) => {
    const task = String(spec.pipelineTaskName);
    return asked.has(task) ? { ...spec, serviceAccountName: asked.get(task) } : spec;
  });
  const known = specs.map((spec) => spec.pipelineTaskName);
  const added = [...asked].filter(([task]) => !known.includes(task));
  return [
    ...changed,
    ...added.map(([pipelineTaskName, serviceAccountName]) => ({
      pipelineTaskName,
      serviceAccountName,
    })),
  ];
}

function head<K extends RunKind>(kind: K, { name, namespace, labels, prefix, base }: NewRun) {
  const all = { ...base?.labels, ...labels };
  const annotations = { ...base?.annotations };
  return {
    apiVersion: "tekton.dev/v1",
    kind,
    metadata: {
      generateName: prefix === undefined ? base?.generateName ?? `${name}-run-` : `${prefix}-`,
      namespace,
      ...(Object.keys(all).length === 0 ? {} : { labels: all }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

/** Returns the fields that are not undefined. */
function given<T extends object>(fields: T): Partial<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
