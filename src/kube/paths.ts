/** The paths of the Kubernetes API, pure. */
import { UsageError } from "../errors.ts";
import type { ContainerRef, ExecOptions, LogOptions, Resource, Selector } from "./interface.ts";

type Query = Record<string, string | number | boolean | undefined>;

/**
 * Returns `/apis/tekton.dev/v1/namespaces/default/tasks/build`, or the path of the collection if
 * there is no name. The namespace "" stands for all. Throws UsageError for a name that would make
 * the path that of something else: it may come from a file, or from another object.
 */
export function resourcePath(resource: Resource, namespace: string, name?: string): string {
  if (name !== undefined) checkSegment(name, `the name of a ${resource.kind}`);
  if (namespace !== "") checkSegment(namespace, "a namespace");
  const base = resource.group === "" ? "/api" : `/apis/${resource.group}`;
  const scope = namespace === "" ? [] : ["namespaces", namespace];
  const parts = [...scope, resource.plural, ...(name === undefined ? [] : [name])];
  return `${base}/${resource.version}/${parts.map(encodeURIComponent).join("/")}`;
}

/** The rule of Kubernetes for names in paths, which servers apply to decoded paths. */
function checkSegment(name: string, what: string): void {
  if (name !== "" && !/^\.{1,2}$|[/%]/.test(name)) return;
  throw new UsageError(`Cannot use "${name}" as ${what}: no object can have it`, {
    hint: "a name has small letters, digits, dashes and dots",
  });
}

export function listPath(resource: Resource, selector: Selector, query: Query = {}): string {
  return resourcePath(resource, selector.namespace) +
    encodeQuery({ labelSelector: selector.labels, fieldSelector: selector.fields, ...query });
}

export function logPath(options: LogOptions): string {
  const { container, follow, timestamps, sinceTime, tailLines } = options;
  const query = { container, follow, timestamps, sinceTime, tailLines };
  return podPath(options, "log") + encodeQuery(query);
}

export function execPath(options: ExecOptions): string {
  const query = encodeQuery({
    container: options.container,
    stdin: options.stdin !== undefined,
    stdout: true,
    stderr: options.terminal === undefined,
    tty: options.terminal === undefined ? undefined : true,
  });
  const argv = options.command.map((word) => `&command=${encodeURIComponent(word)}`);
  return podPath(options, "exec") + query + argv.join("");
}

/** The query keys whose values `--verbose` shows. The command of an exec is not among them. */
const SHOWN_KEYS = new Set([
  "allowWatchBookmarks",
  "container",
  "dryRun",
  "fieldSelector",
  "follow",
  "labelSelector",
  "resourceVersion",
  "sinceTime",
  "tailLines",
  "timeoutSeconds",
  "timestamps",
  "watch",
]);

/** Returns the path with "…" in place of values that may be secret. */
export function shownPath(path: string): string {
  const [base, query] = path.split("?", 2);
  if (query === undefined) return base;
  const parts = query.split("&").map((part) => {
    const [key] = part.split("=", 1);
    return SHOWN_KEYS.has(key) ? decodeURIComponent(part) : `${key}=…`;
  });
  return `${base}?${parts.join("&")}`;
}

function podPath(ref: ContainerRef, subresource: string): string {
  return `${
    resourcePath({ group: "", version: "v1", plural: "pods", kind: "Pod" }, ref.namespace, ref.pod)
  }/${subresource}`;
}

export function encodeQuery(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (given.length === 0) return "";
  return `?${given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&")}`;
}
