/** Checks one Pipeline: what an upload would stand in for, and what the run still lacks. */
import { PROGRAM } from "../../cli/commands.ts";
import { parse } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import {
  type MissingInputs,
  missingInputs,
  paramExample,
  workspaceExample,
} from "../../tekton/missing_inputs.ts";
import {
  type ParamSpec,
  type Pipeline,
  type PipelineRun,
  PIPELINES,
  type PipelineSpec,
  type WorkspaceBinding,
} from "../../tekton/model.ts";
import type { FeatureFlags } from "../../objects/tekton_version.ts";
import { listCommand, missingObjects } from "../../run/create/missing_objects.ts";
import { readByName } from "../../resolve/resolve.ts";
import { orDirectory } from "../source/meant_directory.ts";
import { options as uploadOptions } from "../pipeline_upload.ts";
import { requestRun } from "../start/run_request.ts";
import { readBindings } from "../start/workspace_bindings.ts";
import { PIPELINE_UPLOAD } from "../upload/pipeline_adapter.ts";
import { checkCoscheduling } from "./check_coscheduling.ts";
import { checkVolumes } from "./check_storage.ts";
import type { Finding } from "../../view/findings.ts";
import { foundError } from "./finding.ts";

/** A command line of `pipeline upload`, as far as it decides the run. */
export interface AskedUpload {
  readonly pipeline: string;
  readonly params: readonly string[];
  readonly workspaces: readonly string[];
  readonly task?: string;
}

/** @param flags Tekton's, undefined if the user may not read them */
export async function checkPipeline(
  host: Host,
  kube: Kube,
  asked: AskedUpload,
  flags: Promise<FeatureFlags | undefined>,
): Promise<Finding[]> {
  try {
    const { spec } = await orDirectory(
      host,
      { name: asked.pipeline, line: "tkn-dev doctor" },
      () => readByName<Pipeline>(kube, PIPELINES, asked.pipeline),
    );
    const { params = [], workspaces = [] } = spec;
    const missing = missingInputs({ params, workspaces }, optionsOf(asked));
    return [
      ...missingFindings(missing),
      ...await checkUpload(host, kube, { spec, asked, missing, flags: await flags }),
    ];
  } catch (error) {
    return [foundError("pipeline", error)];
  }
}

function missingFindings({ params, workspaces }: MissingInputs): Finding[] {
  return [
    ...params.map((spec): Finding => ({
      check: "params",
      state: "failure",
      text: `${spec.name} has no default`,
      fix: `-p ${paramExample(spec)}`,
    })),
    ...workspaces.map((spec): Finding => ({
      check: "workspaces",
      state: "failure",
      text: `${spec.name} is not bound`,
      fix: `-w ${workspaceExample(spec)}`,
    })),
  ];
}

/** Returns the upload with what is missing filled in: the plan needs a complete run. */
function completed(asked: AskedUpload, { params, workspaces }: MissingInputs): AskedUpload {
  const valid = (spec: ParamSpec) =>
    spec.enum === undefined ? paramExample(spec) : `${spec.name}=${spec.enum[0]}`;
  return {
    ...asked,
    params: [...asked.params, ...params.map(valid)],
    workspaces: [...asked.workspaces, ...workspaces.map(workspaceExample)],
  };
}

interface CheckedUpload {
  readonly spec: PipelineSpec;
  readonly asked: AskedUpload;
  readonly missing: MissingInputs;
  readonly flags: FeatureFlags | undefined;
}

async function checkUpload(
  host: Host,
  kube: Kube,
  { spec, asked, missing, flags }: CheckedUpload,
): Promise<Finding[]> {
  try {
    const options = optionsOf(completed(asked, missing));
    const bindings = await readBindings(host, options);
    const isMissing = (name: string) => missing.workspaces.some((one) => one.name === name);
    const given = bindings.filter(({ name }) => !isMissing(name));
    return [
      await checkPlan(host, kube, options, bindings),
      ...await checkVolumes(kube, given),
      ...(await Promise.all(given.map((one) => checkFiles(kube, one)))).flat(),
      ...checkCoscheduling(spec, given, flags),
    ];
  } catch (error) {
    return [foundError("pipeline", error)];
  }
}

/** Checks the config maps and secrets of a workspace. */
async function checkFiles(kube: Kube, binding: WorkspaceBinding): Promise<Finding[]> {
  if (binding.persistentVolumeClaim !== undefined) return [];
  const { namespace } = kube;
  const run: PipelineRun = {
    kind: "PipelineRun",
    metadata: { namespace },
    spec: { workspaces: [binding] },
  };
  return (await missingObjects(kube, run)).map(({ kind, name }) => ({
    check: "workspaces",
    state: "failure",
    text: `${binding.name}: there is no ${kind} ${name} in namespace ${namespace}`,
    fix: "bind one that exists:",
    command: listCommand(kind, namespace),
  }));
}

async function checkPlan(
  host: Host,
  kube: Kube,
  options: ReturnType<typeof optionsOf>,
  workspaces: WorkspaceBinding[],
): Promise<Finding> {
  const check = "pipeline";
  try {
    const emit = () => {};
    const request = await requestRun(host, PIPELINE_UPLOAD.definitionKind, options, {
      kube,
      workspaces,
      emit,
      suspendFor: (work) => work(),
    });
    await request.defaultTimeout;
    const { place, plan: { notes } } = await PIPELINE_UPLOAD.plan(request, options);
    const { scope, directory } = place.destination;
    const root = scope.kind === "workspace" ? `workspace ${scope.name}` : scope.name;
    const into = directory === "." ? root : `${directory} of ${root}`;
    const text = [`an upload goes into ${into} of task ${place.target?.name}`, ...notes].join(". ");
    return { check, state: "ok", text };
  } catch (error) {
    return foundError(check, error);
  }
}

/** Reads the words as `pipeline upload` does. Throws UsageError. */
function optionsOf({ pipeline, params, workspaces, task }: AskedUpload) {
  if (pipeline.startsWith("-")) {
    throw new UsageError(`Cannot check Pipeline "${pipeline}": no name starts with a dash`);
  }
  return uploadOptions(parse([
    "pipeline",
    "upload",
    pipeline,
    "--no-input",
    ...params.map((param) => `--param=${param}`),
    ...workspaces.map((workspace) => `--workspace=${workspace}`),
    ...(task === undefined ? [] : [`--on-task=${task}`]),
  ], PROGRAM));
}
