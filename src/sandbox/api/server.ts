/** The HTTP server: checks the token, routes by path, and turns errors into Status objects. */
import { ApiError, internalError, unauthorized, unknownPath } from "../store/api_error.ts";
import { discovery } from "./discovery.ts";
import { addEphemeralContainers } from "./ephemeral.ts";
import { openExec } from "./exec.ts";
import type { Upgrader } from "./exec/client.ts";
import { type Kind, KINDS, PODS } from "../store/kinds.ts";
import { logStream } from "./logs.ts";
import type { Kubelet } from "../node/kubelet.ts";
import { type ObjectRequest, Objects } from "./objects.ts";
import type { Store } from "../store/store.ts";

export interface Backend {
  readonly store: Store;
  readonly kubelet: Kubelet;
  /** Whether the server accepts this bearer token. */
  readonly accepts: (token: string) => boolean;
}

/** Answers a request. A connection that asks for SPDY brings what upgrades it. */
export type Handler = (request: Request, spdy?: Upgrader) => Promise<Response>;

export function requestHandler(backend: Backend): Handler {
  const objects = new Objects(backend.store);
  return async (request, spdy) => {
    try {
      const [, token] = /^Bearer (.+)/.exec(request.headers.get("authorization") ?? "") ?? [];
      if (token === undefined || !backend.accepts(token)) throw unauthorized();
      return await route(request, backend, objects, spdy);
    } catch (error) {
      const failure = error instanceof ApiError ? error : internalError(String(error));
      return Response.json(failure.status, { status: failure.status.code });
    }
  };
}

async function route(
  request: Request,
  backend: Backend,
  objects: Objects,
  spdy?: Upgrader,
): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.replace(/\/+$/, "");
  if (path.endsWith("/selfsubjectaccessreviews") && request.method === "POST") {
    return await reviewAccess(request);
  }
  if (path.endsWith("/selfsubjectreviews") && request.method === "POST") return reviewSelf();
  const found = request.method === "GET" ? discovery(path) : undefined;
  if (found !== undefined) return Response.json(found);
  const { subresource, ...target } = parse(path);
  if (subresource === undefined) return await objects.answer({ ...target, request, url });
  if (target.kind !== PODS) throw unknownPath();
  const pod = backend.store.get(PODS, target.namespace ?? "", target.name!);
  if (subresource === "ephemeralcontainers") {
    return await addEphemeralContainers(backend, pod, request);
  }
  if (subresource === "exec") return openExec(backend.kubelet, pod, request, spdy);
  if (subresource !== "log") throw unknownPath();
  return new Response(logStream(backend.kubelet, pod, url.searchParams), {
    headers: { "content-type": "text/plain" },
  });
}

type Target = Pick<ObjectRequest, "kind" | "namespace" | "name"> & { subresource?: string };

/** Parses `/apis/tekton.dev/v1/namespaces/default/tasks/build` and its shorter and longer forms. */
function parse(path: string): Target {
  const parts = path.split("/").slice(1).map(decodeURIComponent);
  const group = parts[0] === "api" ? "" : parts[1];
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  const isCluster = rest[0] !== "namespaces" || rest.length < 3;
  const namespace = isCluster ? undefined : rest[1];
  const [plural, name, subresource] = isCluster ? rest : rest.slice(2);
  const kind = KINDS.find((kind: Kind) => kind.group === group && kind.plural === plural);
  if (kind === undefined || !["api", "apis"].includes(parts[0])) throw unknownPath();
  return { kind, namespace, name, subresource };
}

/** There is one user. */
function reviewSelf(): Response {
  const review = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
    status: { userInfo: { username: "sandbox", groups: ["system:authenticated"] } },
  };
  return Response.json(review, { status: 201 });
}

/** Allows everything: a client with the token has all rights. */
async function reviewAccess(request: Request): Promise<Response> {
  const asked = await request.json();
  return Response.json({ ...asked, status: { allowed: true } }, { status: 201 });
}
