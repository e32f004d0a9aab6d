/** Reads the definition that a run starts from, and checks the command line against it. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { HELD_LABELS } from "../../objects/marks.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import { checkAccess } from "../../run/create/access.ts";
import { readDefaultTimeout } from "../../run/create/server_values.ts";
import type { PipelineRun, TaskRun, WorkspaceBinding } from "../../tekton/model.ts";
import type { NewRun } from "../../tekton/new_run.ts";
import { bindParams, bindUndeclared } from "../../tekton/params.ts";
import { checkWorkspaces } from "../../tekton/workspaces.ts";
import { type NewRunFlags, readParam } from "../options/run_flags.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { readStart } from "./read_start.ts";
import { resolvingOptions } from "./resolving.ts";
import { readStartFrom } from "./start_from.ts";

export interface StartOptions extends NewRunFlags {
  /** The Pipeline's or Task's name; absent if an earlier run has it. */
  readonly name?: string;
}

/** A requested run, and its definition. */
export interface RunRequest<D extends Definition> {
  readonly kube: Kube;
  /** As messages name the definition: `Pipeline "build"`. */
  readonly owner: string;
  readonly definition: D;
  readonly newRun: NewRun;
  readonly resolving: ResolveContext;
  /** The server's timeout for runs that name none. This takes the longest, and is needed last. */
  readonly defaultTimeout: Promise<string | undefined>;
}

interface Requesting {
  readonly kube: Kube;
  readonly workspaces: WorkspaceBinding[];
  readonly emit: (event: RunEvent) => void;
}

/**
 * Requests a run that will hold. Throws UsageError for params and workspaces that do not fit, and
 * ClusterError.
 */
export async function requestRun<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  requesting: Requesting,
): Promise<RunRequest<D>> {
  const { kube } = requesting;
  const defaultTimeout = readDefaultTimeout(kube);
  defaultTimeout.catch(() => {}); // awaited later
  const [{ definition, owner, newRun, resolving }] = await Promise.all([
    request(host, definitionKind, options, requesting, true),
    checkAccess(kube, kube.namespace, definitionKind.runKind),
  ]);
  const labels = { ...newRun.labels, ...HELD_LABELS };
  return {
    kube,
    owner,
    definition: definition!,
    newRun: { ...newRun, labels, isHeld: true },
    resolving,
    defaultTimeout,
  };
}

/** Requests a run as it is. Throws as requestRun does. */
export async function requestPlainRun<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  requesting: Requesting,
): Promise<NewRun> {
  return (await request(host, definitionKind, options, requesting, false)).newRun;
}

async function request<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  { kube, workspaces, emit }: Requesting,
  isHeld: boolean,
) {
  const resolving = resolvingOptions(host, options, { kube, emit });
  const { from } = options;
  const found = await readStartFrom(resolving, definitionKind, {
    name: options.name,
    from,
    isHeld,
  });
  const { name, definition, base } = found;
  const owner = `${definitionKind.kind} "${name}"`;
  const { params: specs, workspaces: declared } = definition?.spec ?? {};
  const params = definition === undefined
    ? bindUndeclared(options.params, found.params, readParam)
    : bindParams(owner, specs ?? [], options.params, readParam, found.params);
  const bound = withEarlier(workspaces, found.workspaces);
  if (definition !== undefined) checkWorkspaces(owner, declared ?? [], workspaces, bound);
  const newRun: NewRun = {
    name,
    namespace: kube.namespace,
    params,
    workspaces: bound,
    labels: options.labels,
    base,
    ...await readStart(host, options, definition, emit),
  };
  return { definition, owner, newRun, resolving };
}

/** Returns the earlier bindings with the given ones in place of those of the same name. */
function withEarlier(
  given: readonly WorkspaceBinding[],
  earlier: readonly WorkspaceBinding[],
): WorkspaceBinding[] {
  const kept = earlier.filter(({ name }) => !given.some((one) => one.name === name));
  return [...kept, ...given];
}
