/** Reads the definition that a new run is of, and the earlier run that it starts from. */
import { ClusterError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Stored } from "../../kube/interface.ts";
import { readEarlierRun, readLastRun } from "../../resolve/earlier_run.ts";
import { readByName, type ResolveContext } from "../../resolve/resolve.ts";
import {
  LABEL,
  type Param,
  type PipelineRun,
  type Run,
  type TaskRun,
  type WorkspaceBinding,
} from "../../tekton/model.ts";
import type { BaseRun } from "../../tekton/new_run.ts";
import { readDefinition } from "../../tekton/resolved.ts";
import { isRecord } from "../../shape.ts";
import { taskNameOf } from "../../tekton/task_name.ts";
import { parseDocuments } from "../manifests/yaml.ts";
import type { FromBundle, StartFrom } from "../options/start_flags.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";

/** The definition of a new run, and the values that the command line may replace. */
export interface Found<D extends Definition> {
  /** The name of the Pipeline or Task. */
  readonly name: string;
  /** As messages name the definition. Default: its kind and name. */
  readonly owner?: string;
  /** Undefined for one that only its resolver knows, if it need not be known. */
  readonly definition?: D;
  readonly base?: BaseRun;
  /** Whether the run has the definition inline, also one that holds nowhere. */
  readonly isInline?: boolean;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
}

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
  return {
    name: definition?.metadata?.name ?? name ?? nameOf(run),
    definition,
    base: { spec: run.spec, generateName },
    params,
    workspaces,
  };
}

/** Reads a Task out of a bundle, as tkn does. The run has it inline. */
async function readFromBundle<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  { noun, kind }: DefinitionKind<D, R>,
  name: string,
  { bundle, credentials, skipsTls }: FromBundle,
): Promise<Found<D>> {
  const { readBundle } = await import("../../resolve/here/bundle.ts");
  const access = credentials === undefined
    ? {}
    : { credentials: () => Promise.resolve(credentials) };
  const text = await readBundle(host, bundle, { kind: noun, name }, { skipsTls, ...access });
  const what = `Cannot read ${noun} "${name}" of the bundle "${bundle}"`;
  const refuse = (why: string, hint?: string) => new ClusterError(`${what}: ${why}`, { hint });
  const [document] = parsed(text, refuse);
  if (!isRecord(document) || document.kind !== kind) throw refuse(`it is no ${kind}`);
  const definition = readDefinition(kind, document, { what, refuse }) as unknown as D;
  const base = { spec: { taskSpec: definition.spec } as TaskRun["spec"] };
  return { name, definition, base, isInline: true, params: [], workspaces: [] };
}

function parsed(text: string, refuse: (why: string) => Error): unknown[] {
  try {
    return parseDocuments(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.split("\n")[0] : String(error));
  }
}

function isRemote({ spec }: Run): boolean {
  const { pipelineRef, taskRef } = spec as PipelineRun["spec"] & TaskRun["spec"];
  return Boolean((pipelineRef ?? taskRef)?.resolver);
}

function nameOf(run: Run): string {
  const { labels = {}, name = "" } = run.metadata;
  return (run.kind === "PipelineRun" ? labels[LABEL.pipeline] : taskNameOf(labels)) ?? name;
}
