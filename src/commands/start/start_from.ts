/** Reads the definition that a new run is of, and the earlier run that it starts from. */
import type { Host } from "../../host.ts";
import type { Stored } from "../../kube/interface.ts";
import { readEarlierRun, readLastRun } from "../../resolve/earlier_run.ts";
import { readByName, type ResolveContext } from "../../resolve/resolve.ts";
import {
  LABEL,
  type Param,
  type ParamSpec,
  type PipelineRun,
  type Run,
  type TaskRun,
  type WorkspaceBinding,
} from "../../tekton/model.ts";
import type { BaseRun } from "../../tekton/new_run.ts";
import { taskNameOf } from "../../tekton/task_name.ts";
import type { StartFrom } from "../options/start_flags.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { readFromBundle } from "./from_bundle.ts";

/** The definition of a new run, and the values that the command line may replace. */
export interface Found<D extends Definition> {
  /** The name of the Pipeline or Task. */
  readonly name: string;
  /** As messages name the definition. Default: its kind and name. */
  readonly owner?: string;
  /** Undefined for one that only its resolver knows, if it need not be known. */
  readonly definition?: D;
  /** The params that the definition declared when the earlier run started. */
  readonly declared?: readonly ParamSpec[];
  readonly base?: BaseRun;
  /** Whether the run has the definition inline, also one that holds nowhere. */
  readonly isInline?: boolean;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
}

/** Where a run keeps the definition that it was started from. */
type ResolvedSpecs = NonNullable<PipelineRun["status"] & TaskRun["status"]>;

/** `isHeld` tells whether the definition must be known. Throws ClusterError and UsageError. */
export async function readStartFrom<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  context: ResolveContext,
  definitionKind: DefinitionKind<D, R>,
  { name, from, isHeld }: { name?: string; from?: StartFrom; isHeld: boolean },
): Promise<Found<D>> {
  const { kube } = context;
  const { resource, runKind } = definitionKind;
  if (from === undefined) {
    const definition = await readByName<D & Stored>(kube, resource, name!);
    return { name: name!, definition, params: [], workspaces: [] };
  }
  if ("bundle" in from) return await readFromBundle(host, definitionKind, name!, from);
  const run = "run" in from
    ? await readEarlierRun(kube, runKind, from.run)
    : await readLastRun(kube, { kind: runKind, name, resolver: from.resolver });
  const { generateName = `${run.metadata.name}-` } = run.metadata;
  const definition = isHeld || !isRemote(run)
    ? await definitionKind.definitionOf(context, run as unknown as R)
    : undefined;
  const { params = [], workspaces = [] } = run.spec;
  const { pipelineSpec, taskSpec } = (run.status ?? {}) as ResolvedSpecs;
  return {
    name: definition?.metadata?.name ?? name ?? nameOf(run),
    definition,
    declared: (pipelineSpec ?? taskSpec)?.params,
    base: { spec: run.spec, generateName },
    params,
    workspaces,
  };
}

function isRemote({ spec }: Run): boolean {
  const { pipelineRef, taskRef } = spec as PipelineRun["spec"] & TaskRun["spec"];
  return Boolean((pipelineRef ?? taskRef)?.resolver);
}

function nameOf(run: Run): string {
  const { labels = {}, name = "" } = run.metadata;
  return (run.kind === "PipelineRun" ? labels[LABEL.pipeline] : taskNameOf(labels)) ?? name;
}
