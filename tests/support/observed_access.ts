/** Which rights the program uses: of the requests that its transport sends, as RBAC names them. */
import { NetworkTransport } from "../../src/deno/network/transport.ts";

/** "verb resource.group" or "verb resource/subresource", such as "get pipelines.tekton.dev". */
export type Right = string;

/**
 * Runs `action` and returns the rights of the requests that it sends, without duplicates. An
 * upgrade to SPDY is a POST.
 */
export async function observedAccess(action: () => Promise<void>): Promise<Set<Right>> {
  const rights = new Set<Right>();
  const { prototype } = NetworkTransport;
  const { request, upgrade } = prototype;
  const observe = (path: string, method: string) => {
    const right = rightOf(new URL(path, "https://server"), method);
    if (right !== undefined) rights.add(right);
  };
  prototype.request = function (path, init) {
    observe(path, init?.method ?? "GET");
    return request.call(this, path, init);
  };
  prototype.upgrade = function (path, options) {
    observe(path, "POST");
    return upgrade.call(this, path, options);
  };
  try {
    await action();
  } finally {
    Object.assign(prototype, { request, upgrade });
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
