/**
 * Asks Tekton's resolvers for an object, as its own controller does.
 * Source: Tekton 1.9, pkg/apis/resolution/v1beta1, pkg/resolution/resource/crd_resource.go.
 */
import { ClusterError } from "../errors.ts";
import type { Access, Kube } from "../kube/interface.ts";
import { RESOLUTION_REQUESTS, type ResolutionRequest } from "../tekton/model.ts";
import { cannotResolve, type RemoteReference } from "../tekton/resolved.ts";
import { ask, type AwaitOptions } from "./create_and_await.ts";

/** Tekton gives a request up after a minute; its word of that is waited for. */
const ANSWER_MS = 75_000;

/** Any missing one makes the whole impossible; a watch begins with a list. */
const RIGHTS: Access[] = ["create", "list", "watch", "delete"].map((verb) => ({
  verb,
  group: RESOLUTION_REQUESTS.group,
  resource: RESOLUTION_REQUESTS.plural,
}));

/** `create resolutionrequests.resolution.tekton.dev`, or undefined where none is missing. */
export async function missingRight(kube: Kube): Promise<string | undefined> {
  const [denied] = await kube.denied(kube.namespace, RIGHTS);
  return denied && `${denied.verb} ${denied.resource}.${denied.group}`;
}

/** The text of the object. Throws ClusterError with the resolver's own words, or Interrupted. */
export async function resolveByRequest(
  asking: AwaitOptions,
  reference: RemoteReference,
): Promise<string> {
  const { resolver, params, url } = reference;
  const what = `${cannotResolve(reference)} by "${resolver}"`;
  const answer = await ask<ResolutionRequest, Answer>(asking, RESOLUTION_REQUESTS, {
    apiVersion: `${RESOLUTION_REQUESTS.group}/${RESOLUTION_REQUESTS.version}`,
    kind: RESOLUTION_REQUESTS.kind,
    metadata: {
      generateName: "tkn-dev-",
      labels: { "resolution.tekton.dev/type": resolver },
    },
    spec: { params, ...(url === undefined ? {} : { url }) },
  }, { ms: ANSWER_MS, look: answerOf });
  if (answer === undefined) {
    throw new ClusterError(`${what}: no answer after ${ANSWER_MS / 1000} s`, {
      hint: "does the cluster have this resolver? kubectl get pods -n tekton-pipelines-resolvers",
    });
  }
  if ("failure" in answer) {
    throw new ClusterError(`${what}: ${answer.failure}`, {
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
  const words = condition.message || condition.reason || "it failed";
  return { failure: words.replace(/\s*\n\s*/g, " ").trim() };
}

function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
