/** Reads the definition that a run starts from, and checks the command line against it. */
import type { Answers } from "../../cli/answers.ts";
import type { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { HELD_LABELS } from "../../objects/marks.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import type { HoldWithUpload } from "../../resolve/resolve_held_run.ts";
import { checkAccess } from "../../run/create/access.ts";
import { checkNoneMissing, missingObjects } from "../../run/create/missing_objects.ts";
import { readDefaultTimeout } from "../../run/create/server_values.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { HeldRun } from "../../tekton/breakpoint/hold_run.ts";
import { missingInputs } from "../../tekton/missing_inputs.ts";
import type {
  PipelineRun,
  PipelineWorkspace,
  Run,
  TaskRun,
  WorkspaceBinding,
} from "../../tekton/model.ts";
import type { NamedObject } from "../../tekton/named_objects.ts";
import type { NewRun } from "../../tekton/new_run.ts";
import { bindParams, bindUndeclared, replacedTexts } from "../../tekton/params.ts";
import { checkNoneOpen } from "../../tekton/pac/open_placeholders.ts";
import { checkWorkspaces } from "../../tekton/workspaces.ts";
import { type Asking, askMissing, askName } from "../ask/ask_missing.ts";
import { withAnswers } from "../ask/read_answers.ts";
import { workspaceFacts } from "../ask/workspace_facts.ts";
import { type NewRunFlags, readParam } from "../options/run_flags.ts";
import type { TypedLine } from "../again/line.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { readStart } from "./read_start.ts";
import { resolvingOptions } from "./resolving.ts";
import { namesInBundle } from "./from_bundle.ts";
import { type Found, readStartFrom } from "./start_from.ts";
import { type FileFlags, type FoundInFiles, readStartFiles } from "../files/read_start_files.ts";
import type { Narrator } from "../output/narrator.ts";
import { orDirectory } from "../source/meant_directory.ts";
import { readBindings } from "./workspace_bindings.ts";

export interface StartOptions extends NewRunFlags {
  readonly typed: TypedLine;
  /** The Pipeline's or Task's name; absent if an earlier run has it, or if it is to be asked. */
  readonly name?: string;
  /** The error for a missing name, if the name cannot be asked. */
  readonly unnamed?: UsageError;
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
  /** The answers of the user: empty if the command line had all. */
  readonly answers: Answers;
  readonly resolving: ResolveContext;
  /** Whether a run has definitions inline that the cluster does not have. */
  readonly isInline: boolean;
  /** The objects that the run names and that do not exist; none for a dry run. */
  readonly missing: Promise<readonly NamedObject[]>;
  /** Throws UsageError if the run has placeholders that nothing fills in. */
  readonly checkComplete: (run: Run) => void;
  /** The server's timeout for runs that name none. This takes the longest, and is needed last. */
  readonly defaultTimeout: Promise<string | undefined>;
}

interface Requesting<D extends Definition> extends Pick<Narrator, "emit" | "suspendFor"> {
  readonly kube: Kube;
  readonly workspaces: WorkspaceBinding[];
  /** Whether a directory is uploaded into a workspace of the run. */
  readonly isUpload?: boolean;
  /** Throws UsageError for flags that do not fit the definition, before a question. */
  readonly check?: (read: Pick<RunRequest<D>, "owner" | "definition">) => void;
}

/**
 * Requests a run that will hold. Throws UsageError for params and workspaces that do not fit, and
 * ClusterError.
 */
export async function requestRun<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  requesting: Requesting<D>,
): Promise<RunRequest<D>> {
  const { kube } = requesting;
  const defaultTimeout = readDefaultTimeout(kube);
  defaultTimeout.catch(() => {}); // awaited later
  const ready = checkAccess(kube, kube.namespace, definitionKind.runKind);
  const [requested] = await Promise.all([
    request(host, definitionKind, options, { ...requesting, ready, isHeld: true }),
    ready,
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

/**
 * Makes a requested run hold. Throws UsageError if it can't hold, or has open placeholders, and
 * ClusterError if it names an object that does not exist.
 */
export async function holdRequested<D extends Definition, R extends PipelineRun | TaskRun>(
  definitionKind: DefinitionKind<D, R>,
  { kube, resolving, newRun, definition, missing, defaultTimeout, checkComplete }: RunRequest<D>,
  breakpoints: Breakpoints,
  options: Omit<HoldWithUpload, "defaultTimeout">,
): Promise<HeldRun<R>> {
  const run = definitionKind.newRun(newRun);
  const held = await definitionKind.hold(resolving, run, definition, breakpoints, {
    ...options,
    defaultTimeout: await defaultTimeout,
  });
  const inline = held.runManifest.inline();
  checkComplete(inline);
  checkNoneMissing(kube, await missing, inline);
  return held;
}

/** Requests a run as it is. Throws as requestRun does. */
export async function requestPlainRun<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  requesting: Requesting<D>,
): Promise<Omit<RunRequest<D>, "kube" | "definition" | "defaultTimeout"> & { definition?: D }> {
  const ready = Promise.resolve();
  return await request(host, definitionKind, options, { ...requesting, ready, isHeld: false });
}

interface PreparedRequest<D extends Definition> extends Requesting<D> {
  /** Rejects if the user may not create such a run. */
  readonly ready: Promise<void>;
  readonly isHeld: boolean;
}

async function request<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  typed: StartOptions,
  requesting: PreparedRequest<D>,
) {
  const { kube, workspaces, emit, isHeld, isUpload = false } = requesting;
  const asking: Asking = { ...requesting, flags: typed };
  const named = await nameAnswers(host, definitionKind, typed, asking);
  const options = withAnswers(typed, named);
  const context = resolvingOptions(host, options, { kube, emit });
  const { files } = options;
  const { kind, noun } = definitionKind;
  const line = `tkn-dev ${noun} upload ${kind.toUpperCase()}`;
  const { found, inFiles } = await orDirectory(
    host,
    { name: options.name, line },
    () => find(host, context, definitionKind, options, isHeld),
  );
  const resolving = { ...context, local: inFiles?.local };
  const { name, definition, base } = found;
  const owner = found.owner ?? `${definitionKind.kind} "${name}"`;
  const declared = declaredIn(found);
  const given = options.params.filter(({ name }) => !inFiles?.isOnlyPlaceholder(name));
  const bind = (given: StartOptions["params"]) =>
    definition === undefined
      ? bindUndeclared(given, found.params, readParam, found.declared)
      : bindParams(owner, declared.params, given, readParam, found.params);
  // Before a question: what is given may be wrong.
  const typedParams = bind(given);
  for (const name of replacedTexts(given, typedParams)) {
    emit({ kind: "note", text: `Param ${name} is given several times: the last value counts` });
  }
  const typedBindings = withEarlier(workspaces, found.workspaces);
  if (definition !== undefined) checkWorkspaces(owner, declared.workspaces, workspaces);
  const started = await readStart(host, options, definition, emit);
  if (definition !== undefined) requesting.check?.({ owner, definition });
  const inputs = definition === undefined ? [] : await askMissing(host, asking, {
    owner,
    missing: missingInputs(declared, { params: typedParams, workspaces: typedBindings }),
    optional: optionalWorkspaces(options, definition, typedBindings),
    factsOf: (workspace) => workspaceFacts(workspace, definition.spec, isUpload),
  });
  const asked = withAnswers({ params: [], workspaces: [] }, inputs);
  const newRun: NewRun = {
    name,
    namespace: kube.namespace,
    params: bind([...given, ...asked.params]),
    workspaces: [...typedBindings, ...await readBindings(host, asked)],
    labels: options.labels,
    base,
    needsFiles: inFiles !== undefined,
    ...started,
  };
  const checkComplete = ({ metadata, spec }: Run) => {
    if (files !== undefined) checkNoneOpen(`Cannot start ${owner}`, [metadata.labels, spec]);
  };
  const missing = options.dryRun === undefined
    ? missingObjects(kube, definitionKind.newRun(newRun))
    : Promise.resolve([]);
  missing.catch(() => {}); // awaited later
  const isInline = inFiles !== undefined || found.isInline === true;
  const answers = [...named, ...inputs];
  return { definition, owner, newRun, answers, resolving, missing, checkComplete, isInline };
}

async function find<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  context: ResolveContext,
  definitionKind: DefinitionKind<D, R>,
  { name, from, files, params: given, connect }: StartOptions,
  isHeld: boolean,
): Promise<{ found: Found<D>; inFiles?: FoundInFiles<D> }> {
  if (files === undefined) {
    return { found: await readStartFrom(host, context, definitionKind, { name, from, isHeld }) };
  }
  const namesNamespace = connect.namespace !== undefined;
  const reading = { name, files, given, namesNamespace };
  const inFiles = await readStartFiles(host, context, definitionKind, reading);
  return { found: inFiles, inFiles };
}

async function nameAnswers<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  { kind, noun }: DefinitionKind<D, R>,
  { unnamed, from }: StartOptions,
  asking: Asking,
): Promise<Answers> {
  if (unnamed === undefined) return [];
  const bundle = from !== undefined && "bundle" in from ? from : undefined;
  return await askName(host, asking, {
    kind,
    noun,
    refusal: unnamed,
    bundle: bundle && { image: bundle.bundle, names: () => namesInBundle(host, noun, bundle) },
  });
}

/** As tkn, only where no -w is given. */
function optionalWorkspaces(
  { offersOptional, workspaces: given }: StartOptions,
  { spec: { workspaces = [] } }: Definition,
  bound: readonly WorkspaceBinding[],
): PipelineWorkspace[] {
  if (!offersOptional || given.length > 0) return [];
  return workspaces.filter(({ name, optional }) =>
    optional && !bound.some((binding) => binding.name === name)
  );
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
    params: [
      ...specs,
      ...params.filter(isNew(specs)).map(({ name, value }) => ({ name, default: value })),
    ],
    workspaces: [
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
