/** Reads the definition that a run starts from, and checks the command line against it. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { HELD_LABELS } from "../../objects/marks.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import { checkAccess } from "../../run/create/access.ts";
import { readDefaultTimeout } from "../../run/create/server_values.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { HeldRun, HoldOptions } from "../../tekton/breakpoint/hold_run.ts";
import type { PipelineRun, Run, TaskRun, WorkspaceBinding } from "../../tekton/model.ts";
import type { NewRun } from "../../tekton/new_run.ts";
import { bindParams, bindUndeclared } from "../../tekton/params.ts";
import { checkNoneOpen } from "../../tekton/pac/open_placeholders.ts";
import { checkWorkspaces } from "../../tekton/workspaces.ts";
import { type NewRunFlags, readParam } from "../options/run_flags.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { readStart } from "./read_start.ts";
import { resolvingOptions } from "./resolving.ts";
import { type Found, readStartFrom } from "./start_from.ts";
import { type FileFlags, readStartFiles } from "../files/read_start_files.ts";

export interface StartOptions extends NewRunFlags {
  /** The Pipeline's or Task's name; absent if an earlier run has it. */
  readonly name?: string;
  /** Files that have the run or its definitions. */
  readonly files?: FileFlags;
}

/** A requested run, and its definition. */
export interface RunRequest<D extends Definition> {
  readonly kube: Kube;
  /** As messages name the definition: `Pipeline "build"`. */
  readonly owner: string;
  readonly definition: D;
  readonly newRun: NewRun;
  readonly resolving: ResolveContext;
  /** Whether a run has definitions inline that the cluster does not have. */
  readonly isInline: boolean;
  /** Throws UsageError if the run has placeholders that nothing fills in. */
  readonly checkComplete: (run: Run) => void;
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
  const [requested] = await Promise.all([
    request(host, definitionKind, options, requesting, true),
    checkAccess(kube, kube.namespace, definitionKind.runKind),
  ]);
  const { newRun } = requested;
  const labels = { ...newRun.labels, ...HELD_LABELS };
  return {
    ...requested,
    kube,
    definition: requested.definition!,
    newRun: { ...newRun, labels, isHeld: true },
    defaultTimeout,
  };
}

/** Makes a requested run hold. Throws UsageError if it can't hold, or has open placeholders. */
export async function holdRequested<D extends Definition, R extends PipelineRun | TaskRun>(
  definitionKind: DefinitionKind<D, R>,
  { resolving, newRun, definition, defaultTimeout, checkComplete }: RunRequest<D>,
  breakpoints: Breakpoints,
  options: Omit<HoldOptions, "defaultTimeout">,
): Promise<HeldRun<R>> {
  const run = definitionKind.newRun(newRun);
  const held = await definitionKind.hold(resolving, run, definition, breakpoints, {
    ...options,
    defaultTimeout: await defaultTimeout,
  });
  checkComplete(held.runManifest.inline());
  return held;
}

/** Requests a run as it is. Throws as requestRun does. */
export async function requestPlainRun<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  requesting: Requesting,
): Promise<Omit<RunRequest<D>, "kube" | "definition" | "defaultTimeout"> & { definition?: D }> {
  return await request(host, definitionKind, options, requesting, false);
}

async function request<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  { kube, workspaces, emit }: Requesting,
  isHeld: boolean,
) {
  const context = resolvingOptions(host, options, { kube, emit });
  const { from, files } = options;
  const inFiles = files === undefined ? undefined : await readStartFiles(
    host,
    context,
    definitionKind,
    {
      name: options.name,
      files,
      given: options.params,
      namesNamespace: options.connect.namespace !== undefined,
    },
  );
  const found: Found<D> = inFiles ?? await readStartFrom(host, context, definitionKind, {
    name: options.name,
    from,
    isHeld,
  });
  const resolving = { ...context, local: inFiles?.local };
  const { name, definition, base } = found;
  const owner = found.owner ?? `${definitionKind.kind} "${name}"`;
  const { specs, declared } = declaredIn(found);
  const given = options.params.filter(({ name }) => !inFiles?.isOnlyPlaceholder(name));
  const params = definition === undefined
    ? bindUndeclared(given, found.params, readParam)
    : bindParams(owner, specs, given, readParam, found.params);
  const bound = withEarlier(workspaces, found.workspaces);
  if (definition !== undefined) checkWorkspaces(owner, declared, workspaces, bound);
  const newRun: NewRun = {
    name,
    namespace: kube.namespace,
    params,
    workspaces: bound,
    labels: options.labels,
    base,
    needsFiles: inFiles !== undefined,
    ...await readStart(host, options, definition, emit),
  };
  const checkComplete = ({ metadata, spec }: Run) => {
    if (files !== undefined) checkNoneOpen(`Cannot start ${owner}`, [metadata.labels, spec]);
  };
  const isInline = inFiles !== undefined || found.isInline === true;
  return { definition, owner, newRun, resolving, checkComplete, isInline };
}

/**
 * Returns what the definition declares, and what a run in a file has besides: Tekton hands both
 * down to Tasks that are inline.
 */
function declaredIn({ definition, params, workspaces }: Found<Definition>) {
  const { params: specs = [], workspaces: declared = [] } = definition?.spec ?? {};
  const isNew = <T extends { name: string }>(known: readonly T[]) => ({ name }: { name: string }) =>
    !known.some((one) => one.name === name);
  return {
    specs: [
      ...specs,
      ...params.filter(isNew(specs)).map(({ name, value }) => ({ name, default: value })),
    ],
    declared: [
      ...declared,
      ...workspaces.filter(isNew(declared)).map(({ name }) => ({ name, optional: true })),
    ],
  };
}

/** Returns the earlier bindings with the given ones in place of those of the same name. */
function withEarlier(
  given: readonly WorkspaceBinding[],
  earlier: readonly WorkspaceBinding[],
): WorkspaceBinding[] {
  const kept = earlier.filter(({ name }) => !given.some((one) => one.name === name));
  return [...kept, ...given];
}
