/**
 * Decides what `pipeline upload` would do with a Pipeline, given a value for each param and a
 * volume for each workspace.
 */
import { planUpload } from "../../src/commands/upload/plan_upload.ts";
import { ClusterError, ExpectedError } from "../../src/errors.ts";
import { findSourceTask } from "../../src/resolve/source_task.ts";
import type { ReadTask } from "../../src/tekton/inline/inline_task.ts";
import { holdPipelineRun } from "../../src/tekton/breakpoint/hold_run.ts";
import type {
  Param,
  ParamSpec,
  ParamValue,
  PipelineTask,
  TaskSpec,
  WorkspaceBinding,
} from "../../src/tekton/model.ts";
import { newPipelineRun } from "../../src/tekton/new_run.ts";
import { typeOf } from "../../src/tekton/params.ts";
import { likelyClones } from "../../src/tekton/source/choose_task.ts";
import { isForCredentials } from "../../src/tekton/source/names.ts";
import { inlineStepAction } from "../../src/tekton/inline/step_action.ts";
import { taskWorkspaces, usedByTask } from "../../src/tekton/handed_down.ts";
import { fillParams, pipelineVariables } from "../../src/tekton/variables.ts";
import { newGate } from "../../src/commands/start/gate.ts";
import type { Corpus, FoundPipeline } from "./read.ts";

export interface Verdict {
  readonly pipeline: FoundPipeline;
  /** Whether one of its tasks fetches the source, as far as the folder has the Tasks. */
  readonly clones: boolean;
  readonly outcome:
    | { kind: "accepted"; task: string; form: "whole" | "steps" | "before"; place: string }
    | { kind: "refused"; why: string; hint?: string }
    /** The folder lacks the Task of its clone. */
    | { kind: "unknown"; task: string }
    /** An error that is a bug of tkn-dev. */
    | { kind: "bug"; why: string };
}

export async function judge(pipeline: FoundPipeline, corpus: Corpus): Promise<Verdict> {
  const { spec } = pipeline;
  const tasks = Array.isArray(spec.tasks) ? spec.tasks : [];
  const clones = likelyClones({ ...spec, tasks }).length > 0;
  try {
    return { pipeline, clones, outcome: await outcomeOf(pipeline, corpus) };
  } catch (error) {
    if (error instanceof Missing) {
      return { pipeline, clones, outcome: { kind: "unknown", task: error.task } };
    }
    if (error instanceof ExpectedError) {
      const { message: why, hint } = error;
      return { pipeline, clones, outcome: { kind: "refused", why, hint } };
    }
    const why = error instanceof Error ? error.stack ?? error.message : String(error);
    return { pipeline, clones, outcome: { kind: "bug", why } };
  }
}

/** A Task that no file of the folder has. */
class Missing extends ClusterError {
  constructor(readonly task: string) {
    super(`no Task for ${task}`);
  }
}

async function outcomeOf(pipeline: FoundPipeline, corpus: Corpus): Promise<Verdict["outcome"]> {
  const { name, spec } = pipeline;
  const owner = `Pipeline "${name}"`;
  const params = (spec.params ?? []).filter((one) => one.default === undefined).map(anyValue);
  const declared = spec.workspaces ?? [];
  const handedDown = (spec.tasks ?? []).flatMap((task) => usedByTask(task))
    .map(({ workspace }) => ({ name: workspace }))
    .filter(({ name }) => !declared.some((one) => one.name === name));
  const needed = declared.filter(({ optional }) => !optional).map(({ name }) => ({ name }));
  const workspaces = [...needed, ...handedDown].map(anyVolume);
  const facts = { namespace: "default", params, bound: workspaces.map(({ name }) => name) };
  const variables = pipelineVariables({ metadata: { name }, spec }, facts);
  const resolve = (task: PipelineTask) => Promise.resolve(taskOf(task, pipeline, corpus));
  const chosen = await findSourceTask(owner, spec, {
    resolve,
    resolveWithoutProbe: resolve,
    paramsOf: (task) => fillParams(task.params ?? [], variables),
  });
  const { task: target, found } = chosen;
  const given = fillParams(target.params ?? [], variables);
  const plan = await planUpload(found.spec, {
    owner: `task "${target.name}"`,
    flags: { deletes: "auto", results: [] },
    workspaces: taskWorkspaces(target, found.spec).map((workspace) => {
      const outer = usedByTask(target).find((one) => one.name === workspace.name)?.workspace;
      return { workspace, binding: workspaces.find((one) => one.name === outer) };
    }),
    params: given,
    withStepActions: (spec, steps) => Promise.resolve(withActions(spec, steps, corpus)),
    chosen,
  });
  const { standIn, destination } = plan;
  const held = { target, task: { ...found, spec: plan.spec }, steps: [], upload: plan };
  holdPipelineRun(
    newPipelineRun({ name, namespace: "default", params, workspaces }),
    { metadata: { name }, spec },
    [held],
    { gate: newGate({ random: (length) => "x".repeat(length) }, 600, "") },
  ).runManifest.inline();
  const count = plan.spec.steps?.length ?? 0;
  const { scope, path, directory } = destination;
  const root = scope.kind === "workspace" ? `workspace ${scope.name}` : `volume ${path}`;
  return {
    kind: "accepted",
    task: target.name,
    form: standIn.replaced.length === 0
      ? "before"
      : standIn.replaced.length === count && scope.kind === "workspace"
      ? "whole"
      : "steps",
    place: directory === "." ? root : `${root}/${directory}`,
  };
}

function anyValue(spec: ParamSpec): Param {
  const values: Record<string, ParamValue> = { string: "x", array: ["x"], object: {} };
  return { name: spec.name, value: values[typeOf(spec)] };
}

function anyVolume({ name }: { name: string }): WorkspaceBinding {
  return isForCredentials(name)
    ? { name, secret: { secretName: "s" } }
    : { name, persistentVolumeClaim: { claimName: "pvc" } };
}

function taskOf(task: PipelineTask, { repository }: FoundPipeline, { tasks }: Corpus): ReadTask {
  if (task.taskSpec !== undefined) {
    const { metadata: _, ...spec } = task.taskSpec;
    return { spec };
  }
  const names = namesOf(task);
  const found = tasks.filter((one) => names.includes(one.task.metadata.name ?? ""));
  const own = found.filter((one) => one.repository === repository);
  const [chosen] = [own, found].map((some) => some.at(-1)).filter((one) => one !== undefined);
  if (chosen === undefined) throw new Missing(task.name);
  return chosen.task;
}

/**
 * `task/git-clone/0.10/git-clone.yaml` is git-clone, and so is
 * `quay.io/x/task-git-clone:0.1@sha256:...`.
 */
function namesOf({ taskRef }: PipelineTask): string[] {
  const params = (taskRef?.params ?? []).map(({ value }) => value);
  return [taskRef?.name, ...params].filter((value): value is string => typeof value === "string")
    .flatMap((value) => {
      const last = value.replace(/@.*$/, "").replace(/^.*\//, "").replace(/:[^:]*$/, "")
        .replace(/\.ya?ml$/, "");
      return [value, last, last.replace(/^task-/, "")];
    }).filter((name) => name !== "");
}

function withActions(spec: TaskSpec, steps: number[], { actions }: Corpus): TaskSpec {
  return {
    ...spec,
    steps: spec.steps?.map((step, at) => {
      const action = actions.get(step.ref?.name ?? "");
      return steps.includes(at) && action !== undefined ? inlineStepAction(step, action) : step;
    }),
  };
}
