/** Reads the run, or the definition, that a new run starts from out of files. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import { ExpectedError, UsageError } from "../../errors.ts";
import { readNamed, type ResolveContext } from "../../resolve/resolve.ts";
import type { LocalDefinition, LocalDefinitions } from "../../tekton/local_definitions.ts";
import type { PipelineRun, Run, TaskRun } from "../../tekton/model.ts";
import { isForPac, withoutPac } from "../../tekton/pac/annotations.ts";
import { eventValues } from "../../tekton/pac/event_values.ts";
import { hasPlaceholder, unknownNames } from "../../tekton/pac/open_placeholders.ts";
import { fillPlaceholders } from "../../tekton/pac/placeholders.ts";
import { checkoutFacts } from "../../tree/git/checkout_facts.ts";
import { manifestsIn } from "../manifests/manifest_texts.ts";
import { unknownNote } from "../manifests/mistyped_fields.ts";
import { type LocalObjects, objectsOf, readObjects } from "../manifests/read_objects.ts";
import type { Definition, DefinitionKind } from "../start/definition_kind.ts";
import type { Found } from "../start/start_from.ts";
import { chooseDefinition, chooseRun, shortName } from "./choose_run.ts";
import { readPacReferences } from "./pac_references.ts";

/** The values of -f, and what they are for. */
export interface FileFlags {
  readonly paths: readonly string[];
  /** Whether a run is among the files; else they have definitions. */
  readonly hasRun: boolean;
  /** The directory whose checkout gives values to placeholders. */
  readonly directory: string;
}

export interface FoundInFiles<D extends Definition> extends Found<D> {
  readonly local: LocalDefinitions;
  /** The params of the command line without those that only fill placeholders. */
  readonly params: Found<D>["params"];
  readonly isOnlyPlaceholder: (name: string) => boolean;
}

interface Reading {
  readonly name?: string;
  readonly files: FileFlags;
  readonly given: readonly { name: string; text: string }[];
  /** Whether the command line names the namespace. */
  readonly namesNamespace: boolean;
}

/** Throws UsageError, and ClusterError for references to the cluster. */
export async function readStartFiles<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  context: ResolveContext,
  definitionKind: DefinitionKind<D, R>,
  { name, files, given, namesNamespace }: Reading,
): Promise<FoundInFiles<D>> {
  const { kube, emit } = context;
  const { paths, hasRun } = files;
  const objects = await readObjects(host, paths);
  noteOthers(objects.others, emit);
  for (const field of objects.unknown) {
    emit({ kind: "note", text: unknownNote(field) });
  }
  const facts = await checkoutFacts(host.capture, files.directory);
  const givenValues = Object.fromEntries(given.map(({ name, text }) => [name, text]));
  if (!hasRun) {
    const values = { ...eventValues({}, facts, kube.namespace), ...givenValues };
    const local = filled(objects.definitions, values);
    const chosen = name ?? chooseDefinition(objects, definitionKind.kind, paths);
    noteUnused(objects, definitionKind.kind, chosen, emit);
    const definition = await readNamed({ kube, local }, definitionKind.kind, chosen);
    return {
      name: chosen,
      definition: definition as unknown as D,
      params: [],
      workspaces: [],
      local,
      isOnlyPlaceholder: isOnlyPlaceholderOf(objects, definition),
    };
  }
  const chosen = chooseRun(objects, { kind: definitionKind.runKind, name, paths });
  const { run: raw, from } = chosen;
  const beside = await besideRun(host, raw, from);
  const root = beside.root ?? facts.root ?? files.directory;
  const values = { ...eventValues(raw.metadata, facts, kube.namespace), ...givenValues };
  const run = fillPlaceholders(raw, values);
  if (namesNamespace) noteNamespace(run, kube.namespace, emit);
  else checkNamespace(run, kube.namespace);
  const known = objects.definitions.with(beside.definitions);
  const referred = await readPacReferences(host, context, run, {
    given: objects.definitions,
    definitions: known,
    root,
    paths,
  });
  // Pipelines-as-Code prefers its annotations to other files in .tekton.
  const all = objects.definitions.with([...referred, ...beside.definitions]);
  const local = filled(all, values);
  noteUnknown(run, emit);
  const definition = await definitionKind.definitionOf({ ...context, local }, run as unknown as R);
  const { params = [], workspaces = [] } = run.spec;
  const short = shortName(run);
  return {
    name: definition.metadata?.name || short,
    definition,
    owner: `${run.kind} "${short}"`,
    base: {
      spec: run.spec,
      generateName: `${short}-`,
      labels: withoutPac(run.metadata.labels),
      annotations: withoutPac(run.metadata.annotations),
    },
    params,
    workspaces,
    local,
    isOnlyPlaceholder: isOnlyPlaceholderOf([raw, ...all.of("Task"), ...all.of("Pipeline")], {
      spec: { ...definition.spec, params: [...definition.spec.params ?? [], ...params] },
    }),
  };
}

function filled(definitions: LocalDefinitions, values: Record<string, string>): LocalDefinitions {
  return definitions.map((one) =>
    ({ ...one, object: fillPlaceholders(one.object, values) }) as LocalDefinition
  );
}

/** Returns whether -p fills a placeholder of that name, and sets no param. */
function isOnlyPlaceholderOf(texts: unknown, { spec }: { spec: { params?: { name: string }[] } }) {
  return (name: string) =>
    !spec.params?.some((param) => param.name === name) && hasPlaceholder(texts, name);
}

/** Reads the other files of the run's .tekton directory, as Pipelines-as-Code does. */
async function besideRun(
  host: Host,
  run: Run,
  from: string,
): Promise<{ root?: string; definitions: LocalDefinition[] }> {
  if (!isForPac(run.metadata) || from === "-" || /^https?:/.test(from)) return { definitions: [] };
  const path = await host.files.realPath(from);
  const at = path.lastIndexOf("/.tekton/");
  if (at < 0) return { definitions: [] };
  const definitions: LocalDefinition[] = [];
  const root = path.slice(0, at);
  for (const text of await manifestsIn(host, `${root}/.tekton`)) {
    try {
      definitions.push(...objectsOf(text).definitions);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error; // another run's file
    }
  }
  return { root, definitions };
}

function noteNamespace(
  { kind, metadata }: Run,
  namespace: string,
  emit: (event: RunEvent) => void,
): void {
  const own = metadata.namespace ?? namespace;
  if (own === namespace) return;
  const text = `The ${kind} says namespace ${own}, and starts in ${namespace} by --namespace`;
  emit({ kind: "note", text });
}

function checkNamespace({ kind, metadata }: Run, namespace: string): void {
  const own = metadata.namespace ?? namespace;
  if (own === namespace) return;
  throw new UsageError(
    `Cannot start ${kind} "${metadata.name ?? metadata.generateName}" in namespace ` +
      `"${namespace}": it says namespace "${own}" itself`,
    { hint: `-n ${own}` },
  );
}

/** A name that no file has means the cluster's definition. */
function noteUnused(
  { definitions }: LocalObjects,
  kind: "Pipeline" | "Task",
  chosen: string,
  emit: (event: RunEvent) => void,
): void {
  const names = definitions.of(kind).map(({ object }) => object.metadata.name);
  if (kind === "Task" || names.length === 0 || names.includes(chosen)) return;
  emit({
    kind: "note",
    text: `${kind} ${chosen} is the cluster's: the files have ${names.join(", ")}`,
  });
}

function noteOthers(others: readonly string[], emit: (event: RunEvent) => void): void {
  if (others.length === 0) return;
  const text = `${others.join(", ")}: not applied; kubectl apply -f FILE does`;
  emit({ kind: "note", text });
}

/** Placeholders of other names may be params of a Repository. */
function noteUnknown({ spec }: Run, emit: (event: RunEvent) => void): void {
  const { params, workspaces, pipelineRef, taskRef } = spec as Record<string, unknown>;
  for (const name of unknownNames([params, workspaces, pipelineRef, taskRef])) {
    emit({ kind: "note", text: `{{ ${name} }} stays as it is; -p ${name}=VALUE fills it in` });
  }
}
