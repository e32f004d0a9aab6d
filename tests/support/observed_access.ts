/** Which rights the program uses: of the requests that it sends, as RBAC names them. */
import { NetworkTransport } from "../../src/deno/network/transport.ts";

/** "verb resource.group" or "verb resource/subresource", such as "get pipelines.tekton.dev". */
export type Right = string;

/** Runs `action` and returns the rights of the requests that it sends, without duplicates. */
export async function observedAccess(action: () => Promise<void>): Promise<Set<Right>> {
  const rights = new Set<Right>();
  const original = NetworkTransport.prototype.request;
  NetworkTransport.prototype.request = function (path, init) {
    const right = rightOf(new URL(path, "https://cluster.test"), init?.method ?? "GET");
    if (right !== undefined) rights.add(right);
    return original.call(this, path, init);
  };
  try {
    await action();
  } finally {
    NetworkTransport.prototype.request = original;
  }
  return rights;
}

const PATH =
  /^\/apis?\/(?:(?<group>[a-z.-]+)\/)?v\w+\/namespaces\/[^/]+\/(?<plural>[a-z]+)(?:\/(?<name>[^/]+)(?:\/(?<sub>\w+))?)?$/;
const VERBS: Record<string, string> = { POST: "create", PATCH: "patch", DELETE: "delete" };

/** Undefined for a request that needs no right in a namespace. */
function rightOf({ pathname, searchParams }: URL, method: string): Right | undefined {
  const { group, plural, name, sub } = PATH.exec(pathname)?.groups ?? {};
  if (plural === undefined) return undefined;
  const read = searchParams.has("watch") ? "watch" : name === undefined ? "list" : "get";
  const verb = VERBS[method] ?? read;
  const resource = [plural, ...(sub === undefined ? [] : [sub])].join("/");
  return `${verb} ${resource}${group === undefined ? "" : `.${group}`}`;
}
