/** Finds the Tasks and the Pipeline that the annotations of a run for Pipelines-as-Code name. */
import { ExpectedError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { isStatus } from "../../kube/status.ts";
import { missingRight, resolveByRequest } from "../../resolve/resolution_request.ts";
import { readByName, type ResolveContext } from "../../resolve/resolve.ts";
import type { LocalDefinition, LocalDefinitions } from "../../tekton/local_definitions.ts";
import { PIPELINES, type Run, type TaskRef, TASKS } from "../../tekton/model.ts";
import { type PacReference, pacReferences } from "../../tekton/pac/annotations.ts";
import { readFile } from "../manifests/manifest_texts.ts";
import { readText } from "../manifests/strict_file.ts";
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
  /** Whether this program may read URLs. */
  readonly resolvesHere: boolean;
}

/**
 * Returns the definitions that are not among the files. Throws UsageError that lists all that
 * cannot be found, with what to type.
 */
export async function readPacReferences(
  host: Host,
  context: ResolveContext,
  run: Run,
  options: ReferencesOptions,
): Promise<LocalDefinition[]> {
  const found: LocalDefinition[] = [];
  const problems: string[] = [];
  let hasUrl = false;
  const references = pacReferences(run.metadata);
  const pipelinesFirst = references.toSorted((a, b) =>
    a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0
  );
  for (const reference of pipelinesFirst) {
    if (!isNeeded(reference, run, options.given.with(found))) continue;
    try {
      found.push(...await readReference(host, context, reference, options));
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      context.interrupt.throwIfAborted();
      hasUrl ||= "url" in reference.place;
      problems.push(`${reference.kind} ${reference.text} (${error.message})`);
    }
  }
  if (problems.length === 0) return found;
  const noun = run.kind.toLowerCase();
  throw new UsageError(
    `Cannot find what the annotations of ${run.kind} "${shortName(run)}" name: ` +
      problems.join(", "),
    {
      hint: `give their files with -f, or tkn pac resolve ${flagsOf(options.paths)} | ` +
        `tkn-dev ${noun} upload -f - .` +
        (!hasUrl || options.resolvesHere ? "" : "; --resolve-here reads URLs from this machine"),
    },
  );
}

/**
 * Whether the run refers by name to a definition of that kind that is not known yet. A run that
 * `tkn pac resolve` wrote has everything inline, and still has the annotations.
 */
function isNeeded({ kind, place }: PacReference, run: Run, known: LocalDefinitions): boolean {
  if (run.kind === "TaskRun") return kind === "Task" && isOpen(run.spec.taskRef, known);
  const { pipelineRef, pipelineSpec } = run.spec;
  const isByName = pipelineSpec === undefined && !pipelineRef?.resolver;
  const pipeline = isByName ? known.find("Pipeline", pipelineRef?.name) : undefined;
  if (kind === "Pipeline") return isByName && pipeline === undefined;
  const spec = pipelineSpec ?? pipeline?.spec;
  if (spec === undefined) return true;
  const open = [...spec.tasks ?? [], ...spec.finally ?? []]
    .flatMap(({ taskRef }) => isOpen(taskRef, known) ? [taskRef!.name] : []);
  return "name" in place ? open.includes(place.name) : open.length > 0;
}

/** Whether a reference by name is to a Task that is not known. */
function isOpen(ref: TaskRef | undefined, known: LocalDefinitions): boolean {
  const { name, resolver, kind = "Task" } = ref ?? {};
  return name !== undefined && !resolver && kind === "Task" &&
    known.find("Task", name) === undefined;
}

async function readReference(
  host: Host,
  context: ResolveContext,
  { kind, text, place }: PacReference,
  { definitions, root, resolvesHere }: ReferencesOptions,
): Promise<LocalDefinition[]> {
  if ("path" in place) {
    const plain = place.path.replace(/^\.\//, "");
    if (plain.startsWith("/") || plain.split("/").includes("..")) {
      throw new UsageError("it is outside of the repository");
    }
    return definitionsIn(kind, `${root}/${plain}`, await readFile(host, `${root}/${plain}`));
  }
  if ("url" in place) {
    if (resolvesHere) {
      const refuse = (why: string) => new UsageError(why);
      return definitionsIn(kind, text, await readText(host, place.url, refuse));
    }
    return definitionsIn(kind, text, await byResolver(context, kind, "http", { url: place.url }));
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

/** Returns the text that a resolver of the cluster answers. Throws ClusterError. */
async function byResolver(
  context: ResolveContext,
  kind: PacReference["kind"],
  resolver: string,
  given: Record<string, string>,
): Promise<string> {
  const missing = await missingRight(context.kube);
  if (missing !== undefined) throw new UsageError(`you may not ${missing}`);
  const params = Object.entries(given).map(([name, value]) => ({ name, value }));
  return await resolveByRequest(context, { kind, owner: "the annotation", resolver, params });
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
