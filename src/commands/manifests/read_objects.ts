/** Runs and definitions out of YAML files. */
import { ExpectedError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { isRecord } from "../../shape.ts";
import { type LocalDefinition, LocalDefinitions } from "../../tekton/local_definitions.ts";
import { isRunKind, type Run } from "../../tekton/model.ts";
import { type DefinitionKindName, readDefinition } from "../../tekton/resolved.ts";
import { type CheckedRun, checkedRun } from "../../tekton/run_shape.ts";
import { runFromV1beta1 } from "../../tekton/v1beta1.ts";
import { type ManifestText, readManifestTexts } from "./manifest_texts.ts";
import { unknownOf } from "./mistyped_fields.ts";
import { parseObjects } from "./tekton_documents.ts";

/** A run, and the file that it comes from. */
export interface LocalRun {
  readonly run: Run;
  readonly from: string;
}

export interface LocalObjects {
  readonly runs: readonly LocalRun[];
  readonly definitions: LocalDefinitions;
  /** Objects of other kinds, which the program does not apply: `ConfigMap "x" of f.yaml`. */
  readonly others: readonly string[];
  /** Fields that the program does not know: `spec.x of Task "y" of f.yaml`. */
  readonly unknown: readonly string[];
}

/** Reads what the values of -f name. Throws UsageError with the file and the field. */
export async function readObjects(
  host: Pick<Host, "files" | "terminal" | "download">,
  paths: readonly string[],
): Promise<LocalObjects> {
  const texts: ManifestText[] = [];
  for (const path of paths) texts.push(...await readManifestTexts(host, path));
  const found = texts.map(objectsOf);
  const definitions = found.flatMap((one) => one.definitions);
  checkUnique(definitions);
  const others = found.flatMap((one) => one.others);
  const unknown = found.flatMap((one) => one.unknown);
  const objects = { runs: found.flatMap(({ runs }) => runs), definitions, others, unknown };
  if (objects.runs.length + definitions.length + others.length === 0) {
    throw new UsageError(`Cannot read "${paths.join('", "')}": it is empty`);
  }
  return { ...objects, definitions: new LocalDefinitions(definitions) };
}

interface Parsed {
  runs: LocalRun[];
  definitions: LocalDefinition[];
  others: string[];
  unknown: string[];
}

/** Reads the objects of one file. Throws UsageError. */
export function objectsOf({ path, text, isOfDirectory }: ManifestText): Parsed {
  const parsed: Parsed = { runs: [], definitions: [], others: [], unknown: [] };
  for (const document of parseObjects(text, path)) {
    if (!isRecord(document) || typeof document.kind !== "string") {
      if (isOfDirectory) continue; // a file of another program
      throw new UsageError(`Cannot read "${path}": a document is no Kubernetes object`, {
        hint: "each has apiVersion, kind and metadata",
      });
    }
    const { kind } = document;
    const isTekton = String(document.apiVersion).startsWith("tekton.dev/");
    const what = `Cannot read "${path}": ${kind} "${nameOf(document)}"`;
    const placed = (field: string) => `${field} of ${kind} "${nameOf(document)}" of ${path}`;
    if (isTekton && isRunKind(kind)) {
      parsed.unknown.push(...unknownOf({ ...document, kind }, what).map(placed));
      parsed.runs.push({
        run: asUsageError(() => asRun(document as CheckedRun, what)),
        from: path,
      });
    } else if (isTekton && isDefinitionKind(kind)) {
      const refuse = (why: string, hint?: string) => new UsageError(`${what}: ${why}`, { hint });
      parsed.unknown.push(...unknownOf({ ...document, kind }, what).map(placed));
      const object = asUsageError(() => readDefinition(kind, document, { what, refuse }));
      parsed.definitions.push({ kind, object, from: path } as LocalDefinition);
    } else if (!isOfDirectory) parsed.others.push(`${kind} "${nameOf(document)}" of ${path}`);
  }
  return parsed;
}

function asRun(document: CheckedRun, what: string): Run {
  const { apiVersion, metadata, spec } = document;
  if (!isRecord(metadata)) throw new UsageError(`${what}: it has no metadata`);
  if (!isRecord(spec)) throw new UsageError(`${what}: it has no spec`);
  if (apiVersion === "tekton.dev/v1") return checkedRun(document, what) as Run;
  if (apiVersion === "tekton.dev/v1beta1") return runFromV1beta1(checkedRun(document, what), what);
  throw new UsageError(`${what}: it has the unknown version ${apiVersion}`, {
    hint: "one of: tekton.dev/v1, tekton.dev/v1beta1",
  });
}

function isDefinitionKind(kind: string): kind is DefinitionKindName {
  return ["Pipeline", "Task", "StepAction"].includes(kind);
}

/** The name of an object whose shape is not known. */
function nameOf({ metadata }: Readonly<Record<string, unknown>>): string {
  const { name, generateName } = isRecord(metadata) ? metadata : {};
  return String(name ?? generateName ?? "");
}

/** In a file, fields that Tekton no longer takes are the user's mistake. */
function asUsageError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ExpectedError) || error instanceof UsageError) throw error;
    throw new UsageError(error.message, { hint: error.hint, cause: error });
  }
}

function checkUnique(definitions: readonly LocalDefinition[]): void {
  const seen = new Map<string, string>();
  for (const { kind, object, from } of definitions) {
    const key = `${kind} "${object.metadata.name ?? ""}"`;
    const before = seen.get(key);
    if (before !== undefined) {
      const where = before === from ? `twice in "${from}"` : `in "${before}" and in "${from}"`;
      throw new UsageError(`Cannot use ${key}: it is ${where}`, { hint: "name one file with -f" });
    }
    seen.set(key, from);
  }
}
