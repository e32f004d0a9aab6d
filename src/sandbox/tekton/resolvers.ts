/** The resolvers `http` (loopback only) and `cluster`, for ResolutionRequests and for runs. */
import type { KubeObject } from "../../kube/interface.ts";
import type { Param, ResolutionRequest, TaskRef } from "../../tekton/model.ts";
import { type Kind, KINDS, RESOLUTION_REQUEST } from "../store/kinds.ts";
import type { Store } from "../store/store.ts";
import { withCondition } from "./conditions.ts";

const FETCH_TIMEOUT_MS = 10_000;

/** Returns the text of the object. Throws an Error with the reason. */
async function resolveRemote(
  store: Store,
  { resolver = "", params = [] }: TaskRef,
): Promise<string> {
  const param = (name: string) => textOf(params, name);
  switch (resolver) {
    case "cluster":
      return JSON.stringify(find(store, param("kind"), param("namespace"), param("name")));
    case "http":
      return await download(param("url"));
    default:
      throw new Error(`the sandbox has no resolver "${resolver}"`);
  }
}

/** Returns the parsed object. The sandbox parses only JSON, no other YAML. */
export async function resolveObject(store: Store, ref: TaskRef): Promise<KubeObject> {
  const text = await resolveRemote(store, ref);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the sandbox reads JSON only: ${(error as Error).message}`);
  }
}

/** Writes the resolver's answer into the status of the request. */
export async function answerRequest(store: Store, request: ResolutionRequest): Promise<void> {
  const resolver = request.metadata.labels?.["resolution.tekton.dev/type"];
  const answer = await resolveRemote(store, { resolver, params: request.spec.params }).then(
    (text) => ({ data: base64(text), status: "True" as const, reason: "", message: "" }),
    (error) => ({
      data: "",
      status: "False" as const,
      reason: "ResolutionFailed",
      message: `error getting "${resolver}" "${request.metadata.namespace}/` +
        `${request.metadata.name}": ${error.message}`,
    }),
  );
  const { data, ...state } = answer;
  store.modify<ResolutionRequest>(RESOLUTION_REQUEST, request, (copy) => {
    copy.status = { data, conditions: withCondition(undefined, state) };
  });
}

function textOf(params: readonly Param[], name: string): string {
  const value = params.find((param) => param.name === name)?.value;
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`missing required resolver params: ${name}`);
}

function find(store: Store, kindName: string, namespace: string, name: string): KubeObject {
  const kind = KINDS.find((kind: Kind) =>
    kind.group === "tekton.dev" && kind.kind.toLowerCase() === kindName
  );
  if (kind === undefined) throw new Error(`unknown or unsupported resource kind '${kindName}'`);
  return store.get(kind, namespace, name);
}

async function download(url: string): Promise<string> {
  if (!["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname)) {
    throw new Error(`the sandbox fetches from this machine only, not "${url}"`);
  }
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const response = await fetch(url, { redirect: "error", signal });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`requested URL '${url}' is not found`);
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
