/**
 * Resolves a reference by a ResolutionRequest, as Tekton's own controller does.
 * Source: Tekton 1.9, pkg/apis/resolution/v1beta1, pkg/resolution/resource/crd_resource.go.
 */
import { ClusterError } from "../errors.ts";
import type { Access, Kube } from "../kube/interface.ts";
import { RESOLUTION_REQUESTS, type ResolutionRequest } from "../tekton/model.ts";
import { cannotResolve, type RemoteReference } from "../tekton/resolved.ts";
import { type AwaitContext, createAndAwait } from "./create_and_await.ts";

/** Tekton gives up a request after a minute, and says so in its status. */
const ANSWER_MS = 75_000;

/** The rights that a ResolutionRequest takes; a watch begins with a list. */
const RIGHTS: Access[] = ["create", "list", "watch", "delete"].map((verb) => ({
  verb,
  group: RESOLUTION_REQUESTS.group,
  resource: RESOLUTION_REQUESTS.plural,
}));

/** Returns the first missing right: `create resolutionrequests.resolution.tekton.dev`. */
export async function missingRight(kube: Kube): Promise<string | undefined> {
  const [denied] = await kube.denied(kube.namespace, RIGHTS);
  return denied && `${denied.verb} ${denied.resource}.${denied.group}`;
}

/** Returns the object's text. Throws ClusterError with the resolver's message, or Interrupted. */
export async function resolveByRequest(
  context: AwaitContext,
  reference: RemoteReference,
): Promise<string> {
  const { resolver, params, url } = reference;
  const cannot = `${cannotResolve(reference)} by "${resolver}"`;
  const answer = await createAndAwait<ResolutionRequest, Answer>(context, RESOLUTION_REQUESTS, {
    apiVersion: `${RESOLUTION_REQUESTS.group}/${RESOLUTION_REQUESTS.version}`,
    kind: RESOLUTION_REQUESTS.kind,
    metadata: {
      generateName: "tkn-dev-",
      labels: { "resolution.tekton.dev/type": resolver },
    },
    spec: { params, ...(url === undefined ? {} : { url }) },
  }, { ms: ANSWER_MS, answerOf });
  if (answer === undefined) {
    throw new ClusterError(`${cannot}: no answer after ${ANSWER_MS / 1000} s`, {
      hint: "does the cluster have this resolver? kubectl get pods -n tekton-pipelines-resolvers",
    });
  }
  if ("failure" in answer) {
    throw new ClusterError(`${cannot}: ${answer.failure}`, {
      hint: "look at the params of its reference",
    });
  }
  return textOf(answer.data);
}

type Answer = { data: string } | { failure: string };

function answerOf({ status }: ResolutionRequest): Answer | undefined {
  const condition = status?.conditions?.find(({ type }) => type === "Succeeded");
  if (condition?.status === "True") return { data: status?.data ?? "" };
  if (condition?.status !== "False") return undefined;
  const why = condition.message || condition.reason || "it failed";
  return { failure: why.replace(/\s*\n\s*/g, " ").trim() };
}

function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
