/** Checks one Pipeline: what an upload would stand in for, and what the run still lacks. */
import { PROGRAM } from "../../cli/commands.ts";
import { parse } from "../../cli/parse.ts";
import { ExpectedError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { type ParamSpec, type Pipeline, PIPELINES } from "../../tekton/model.ts";
import { options as uploadOptions } from "../pipeline_upload.ts";
import { requestRun } from "../start/run_request.ts";
import { readBindings } from "../start/workspace_bindings.ts";
import { PIPELINE_UPLOAD } from "../upload/pipeline_adapter.ts";
import { checkClaim } from "./check_namespace.ts";
import type { Finding } from "../../view/findings.ts";
import { foundError } from "./finding.ts";

/** A command line of `pipeline upload`, as far as it decides the run. */
export interface AskedUpload {
  readonly pipeline: string;
  readonly params: readonly string[];
  readonly workspaces: readonly string[];
  readonly task?: string;
}

export async function checkPipeline(
  host: Host,
  kube: Kube,
  asked: AskedUpload,
): Promise<Finding[]> {
  let pipeline: Stored<Pipeline>;
  try {
    pipeline = await kube.get<Pipeline>(PIPELINES, kube.namespace, asked.pipeline);
  } catch (error) {
    return [foundError("pipeline", error)];
  }
  const missing = missingInputs(pipeline, asked);
  // The plan needs a complete run, so what is missing is filled in.
  const complete = {
    ...asked,
    params: [...asked.params, ...missing.map(({ param }) => param ?? [])].flat(),
    workspaces: [...asked.workspaces, ...missing.map(({ workspace }) => workspace ?? [])].flat(),
  };
  return [
    ...missing.map(({ finding }) => finding),
    await checkPlan(host, kube, complete),
    ...await checkClaims(host, kube, asked),
  ];
}

interface Missing {
  readonly finding: Finding;
  /** The value of --param or --workspace to plan with. */
  readonly param?: string;
  readonly workspace?: string;
}

function missingInputs({ spec }: Pipeline, { params, workspaces }: AskedUpload): Missing[] {
  const isGiven = (name: string) => params.some((param) => param.startsWith(`${name}=`));
  const isBound = (name: string) =>
    workspaces.some((workspace) => workspace.split(",").includes(`name=${name}`));
  return [
    ...(spec.params ?? []).filter((param) => param.default === undefined && !isGiven(param.name))
      .map((param): Missing => ({
        finding: {
          check: "params",
          state: "failure",
          text: `${param.name} has no default`,
          fix: `-p ${param.name}=VALUE`,
        },
        param: `${param.name}=${placeholder(param)}`,
      })),
    ...(spec.workspaces ?? []).filter(({ name, optional }) => !optional && !isBound(name))
      .map(({ name }): Missing => ({
        finding: {
          check: "workspaces",
          state: "failure",
          text: `${name} is not bound`,
          fix: `-w name=${name},volume=1Gi, or -w name=${name},claimName=CLAIM`,
        },
        workspace: `name=${name},volume=1Gi`,
      })),
  ];
}

function placeholder({ type, enum: values = [], properties = {} }: ParamSpec): string {
  if (type === "object") return Object.keys(properties).map((key) => `${key}:x`).join(",");
  return values[0] ?? "x";
}

async function checkPlan(host: Host, kube: Kube, asked: AskedUpload): Promise<Finding> {
  const check = "pipeline";
  try {
    const options = optionsOf(asked);
    const workspaces = await readBindings(host, options);
    const emit = () => {};
    const request = await requestRun(host, PIPELINE_UPLOAD.definitionKind, options, {
      kube,
      workspaces,
      emit,
      suspendFor: (work) => work(),
    });
    await request.defaultTimeout;
    const { task, plan: { destination, notes } } = await PIPELINE_UPLOAD.plan(request, options);
    const { scope, directory } = destination;
    const place = scope.kind === "workspace" ? `workspace ${scope.name}` : scope.name;
    const into = directory === "." ? place : `${directory} of ${place}`;
    const text = [`an upload goes into ${into} of task ${task}`, ...notes].join("; ");
    return { check, state: "ok", text };
  } catch (error) {
    return foundError(check, error);
  }
}

async function checkClaims(host: Host, kube: Kube, asked: AskedUpload): Promise<Finding[]> {
  let bound: Awaited<ReturnType<typeof readBindings>>;
  try {
    bound = await readBindings(host, optionsOf(asked));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return []; // checkPlan has told it
  }
  const found = bound.map(({ name, persistentVolumeClaim: claim }) =>
    claim === undefined ? [] : [checkClaim(kube, name, claim.claimName)]
  );
  return await Promise.all(found.flat());
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
