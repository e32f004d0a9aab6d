/** Names a request to the API server by its purpose in an upload. */

/** The purposes of tkn-dev's requests. */
export type Kind =
  | "review"
  | "get"
  | "dry run"
  | "create"
  | "create object"
  | "list run"
  | "watch run"
  | "list taskruns"
  | "watch taskruns"
  | "list pods"
  | "watch pods"
  | "gate log"
  | "step log"
  | "exec"
  | "annotate"
  | "cancel"
  | "patch"
  | "delete"
  | "other";

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly target: string;
  readonly body: string;
}

const RUNS = /\/(taskruns|pipelineruns)$/;

/**
 * Returns the purpose. For every log it is "step log": only the order of logs shows which is the
 * gate's.
 */
export function kindOf({ method, target, body }: Asked): Kind {
  const { pathname, searchParams } = new URL(target, "https://server");
  if (pathname.endsWith("/selfsubjectaccessreviews")) return "review";
  if (pathname.endsWith("/exec")) return "exec";
  if (pathname.endsWith("/log")) return "step log";
  if (method === "POST") {
    if (searchParams.has("dryRun")) return "dry run";
    return RUNS.test(pathname) ? "create" : "create object";
  }
  if (method === "PATCH") {
    if (/"status":"\w*Cancelled/.test(body)) return "cancel";
    return body.includes('"annotations"') ? "annotate" : "patch";
  }
  if (method === "DELETE") return "delete";
  if (method !== "GET") return "other";
  const word = searchParams.has("watch") ? "watch" : "list";
  if (pathname.endsWith("/pods")) return `${word} pods`;
  if (searchParams.get("fieldSelector") && RUNS.test(pathname)) return `${word} run`;
  if (pathname.endsWith("/taskruns")) return `${word} taskruns`;
  return "get";
}
