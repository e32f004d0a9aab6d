/** Finds the Tasks and the Pipeline that the annotations of a run for Pipelines-as-Code name. */
import { ExpectedError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { isStatus } from "../../kube/status.ts";
import { missingRight, resolveByRequest } from "../../resolve/resolution_request.ts";
import { readByName, type ResolveContext } from "../../resolve/resolve.ts";
import type { LocalDefinition, LocalDefinitions } from "../../tekton/local_definitions.ts";
import { PIPELINES, type PipelineSpec, type Run, type TaskRef, TASKS } from "../../tekton/model.ts";
import { forgeFile } from "../../tekton/git_place.ts";
import { pacPipelines, type PacReference, pacTasks } from "../../tekton/pac/annotations.ts";
import { readFile } from "../manifests/manifest_texts.ts";
import { objectsOf } from "../manifests/read_objects.ts";
import { flagsOf, shortName } from "./choose_run.ts";

export interface ReferencesOptions {
  /** Definitions of the files of -f. */
  readonly given: LocalDefinitions;
  /** The same, and the definitions beside the run. */
  readonly definitions: LocalDefinitions;
  /** The repository's directory. */
  readonly root: string;
  /** The files of -f. */
  readonly paths: readonly string[];
}

/**
 * Returns the definitions that are not among the files: first the Pipeline, whose own annotations
 * may name Tasks too. Throws UsageError that lists all that cannot be found, with what to type.
 */
export async function readPacReferences(
  host: Host,
  context: ResolveContext,
  run: Run,
  options: ReferencesOptions,
): Promise<LocalDefinition[]> {
  const { given, definitions: all, paths } = options;
  const found: LocalDefinition[] = [];
  const problems: string[] = [];
  let isRemote = false;
  const read = async (reference: PacReference): Promise<void> => {
    try {
      found.push(...await readReference(host, context, reference, options));
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      context.interrupt.throwIfAborted();
      isRemote ||= !("path" in reference.place);
      problems.push(`${reference.kind} ${reference.text} (${error.message})`);
    }
  };
  const wanted = pipelineName(run);
  let base: string | undefined;
  for (const reference of wanted === undefined ? [] : pacPipelines(run.metadata)) {
    if (given.with(found).find("Pipeline", wanted) !== undefined) continue;
    await read(reference);
    const isIt = given.with(found).find("Pipeline", wanted) !== undefined;
    if (isIt && "url" in reference.place) base = reference.place.url;
  }
  const pipeline = given.with([...found]).find("Pipeline", wanted) ?? all.find("Pipeline", wanted);
  const tasks = [
    ...pacTasks(run.metadata),
    ...pipeline === undefined ? [] : pacTasks(pipeline.metadata, base),
  ];
  const names = tasks.flatMap(({ place }) => "name" in place ? [place.name] : []);
  const refs = taskRefs(run, pipeline?.spec);
  for (const reference of tasks) {
    const { place } = reference;
    const open = refs.filter((ref) => isOpen(ref, given.with(found)));
    // A hub may call a Task by another name than the Task itself.
    const isOther = open.some((ref) => isOpen(ref, all) && !names.includes(ref.name!));
    const isNeeded = "name" in place
      ? open.some(({ name }) => name === place.name) || isOther
      : open.length > 0;
    if (isNeeded) await read(reference);
  }
  if (problems.length === 0) return found;
  const noun = run.kind.toLowerCase();
  throw new UsageError(
    `Cannot find what the annotations of ${run.kind} "${shortName(run)}" name: ` +
      problems.join(", "),
    {
      hint: `give their files with -f, or tkn pac resolve ${flagsOf(paths)} | ` +
        `tkn-dev ${noun} upload -f - .` +
        (isRemote && context.readHere === undefined
          ? "; --resolve-here reads them from this machine"
          : ""),
    },
  );
}

/**
 * Returns the name of the Pipeline that the run refers to by name. A run that `tkn pac resolve`
 * wrote has everything inline, and still has the annotations.
 */
function pipelineName(run: Run): string | undefined {
  if (run.kind === "TaskRun") return undefined;
  const { pipelineRef, pipelineSpec } = run.spec;
  return pipelineSpec === undefined && !pipelineRef?.resolver ? pipelineRef?.name : undefined;
}

function taskRefs(run: Run, pipeline: PipelineSpec | undefined): TaskRef[] {
  if (run.kind === "TaskRun") return run.spec.taskRef === undefined ? [] : [run.spec.taskRef];
  const { tasks = [], finally: last = [] } = run.spec.pipelineSpec ?? pipeline ?? {};
  return [...tasks, ...last].flatMap(({ taskRef }) => taskRef === undefined ? [] : [taskRef]);
}

/** Whether a reference by name is to a Task that is not known. */
function isOpen({ name, resolver, kind = "Task" }: TaskRef, known: LocalDefinitions): boolean {
  return name !== undefined && !resolver && kind === "Task" &&
    known.find("Task", name) === undefined;
}

async function readReference(
  host: Host,
  context: ResolveContext,
  { kind, text, place }: PacReference,
  { definitions, root }: ReferencesOptions,
): Promise<LocalDefinition[]> {
  if ("path" in place) {
    const plain = place.path.replace(/^\.\//, "");
    if (plain.startsWith("/") || plain.split("/").includes("..")) {
      throw new UsageError("it is outside of the repository");
    }
    return definitionsIn(kind, `${root}/${plain}`, await readFile(host, `${root}/${plain}`));
  }
  if ("url" in place) {
    // Pipelines-as-Code reads a page of a forge about a file as the file.
    const url = forgeFile(place.url)?.raw ?? place.url;
    return definitionsIn(kind, text, await byResolver(context, kind, "http", { url }));
  }
  const { name, version, catalog } = place;
  if (kind !== "Pipeline" && definitions.find("Task", name) !== undefined) return [];
  if (kind === "Pipeline" && definitions.find("Pipeline", name) !== undefined) return [];
  try {
    const params = { kind: kind.toLowerCase(), name, version: version ?? ">= 0" };
    const more: Record<string, string> = catalog === undefined ? {} : { catalog };
    return definitionsIn(
      kind,
      text,
      await byResolver(context, kind, "hub", { ...params, ...more }),
    );
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    context.interrupt.throwIfAborted();
    if (!await isOnCluster(context, kind, name)) throw error;
    context.emit({
      kind: "note",
      text: `${kind} ${name} is the cluster's, in place of ${text} of the hub: ${error.message}`,
    });
    return [];
  }
}

/**
 * Returns the text that a resolver of the cluster answers, or this machine in its place. Throws
 * ClusterError and UsageError.
 */
async function byResolver(
  context: ResolveContext,
  kind: PacReference["kind"],
  resolver: string,
  given: Record<string, string>,
): Promise<string> {
  const params = Object.entries(given).map(([name, value]) => ({ name, value }));
  const reference = { kind, owner: "the annotation", resolver, params };
  const here = await context.readHere?.(reference);
  if (here !== undefined) return here;
  const missing = await missingRight(context.kube);
  if (missing !== undefined) throw new UsageError(`you may not ${missing}`);
  return await resolveByRequest(context, reference);
}

async function isOnCluster(
  { kube }: ResolveContext,
  kind: PacReference["kind"],
  name: string,
): Promise<boolean> {
  try {
    await readByName(kube, kind === "Task" ? TASKS : PIPELINES, name);
    return true;
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 403)) return false;
    throw error;
  }
}

/** Returns the text's definitions of that kind. Throws UsageError for a text without one. */
function definitionsIn(
  kind: PacReference["kind"],
  path: string,
  text: string,
): LocalDefinition[] {
  const { definitions } = objectsOf({ path, text, isOfDirectory: false });
  const fitting = definitions.filter((one) => one.kind === kind);
  if (fitting.length > 0) return definitions;
  throw new UsageError(`Cannot read "${path}": it has no ${kind}`);
}
