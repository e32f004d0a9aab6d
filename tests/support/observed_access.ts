/** Which rights the program uses: of the requests that it sends by fetch, as RBAC names them. */

/** "verb resource.group" or "verb resource/subresource", such as "get pipelines.tekton.dev". */
export type Right = string;

/** Runs `action` and returns the rights of the requests that it sends, without duplicates. */
export async function observedAccess(action: () => Promise<void>): Promise<Set<Right>> {
  const rights = new Set<Right>();
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const right = rightOf(new URL(String(input)), init?.method ?? "GET");
    if (right !== undefined) rights.add(right);
    return original(input, init);
  };
  try {
    await action();
  } finally {
    globalThis.fetch = original;
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
