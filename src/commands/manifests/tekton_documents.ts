/** The objects of a YAML file: its documents, and the items of its lists. */
import { isRecord } from "../../shape.ts";
import { withKnownSpelling } from "../../tekton/field_names.ts";
import { knownFields } from "../../tekton/known_fields.ts";
import { protectPlaceholders } from "../../tekton/pac/placeholders.ts";
import { parseYamlDocuments } from "./yaml.ts";

/** A list may hold lists. */
const DEEPEST = 5;

/** Parses a text, which may have placeholders of Pipelines-as-Code. Throws UsageError. */
export function parseObjects(text: string, path: string): unknown[] {
  const { text: plain, restore } = protectPlaceholders(text);
  const documents = restore(parseYamlDocuments(plain, path));
  return documents.flatMap((document) => itemsOf(document)).map(spelled);
}

function spelled(document: unknown): unknown {
  if (!isRecord(document)) return document;
  const { kind, apiVersion } = document;
  const isTekton = `${apiVersion}`.startsWith("tekton.dev/");
  return isTekton ? withKnownSpelling(document, knownFields(`${kind}`, `${apiVersion}`)) : document;
}

/**
 * Returns the items of a List, as `kubectl get -o yaml` prints it, or of a PipelineList, as tkn
 * does; another document is its own only item.
 */
function itemsOf(document: unknown, depth = 0): unknown[] {
  if (!isRecord(document) || depth === DEEPEST) return [document];
  const { kind, apiVersion, items } = document;
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) {
    return [document];
  }
  return items.flatMap((item) => itemsOf(withType(item, kind, apiVersion), depth + 1));
}

/** The items of a PipelineList may lack their kind. */
function withType(item: unknown, list: string, apiVersion: unknown): unknown {
  if (!isRecord(item) || list === "List") return item;
  return { apiVersion, kind: list.slice(0, -"List".length), ...item };
}
