/** Requests that ask the server about the user: who it is, and what it may not do. */
import { parseDenied, parseUser } from "./answers.ts";
import type { Access } from "./interface.ts";

const HEADERS = { "content-type": "application/json" };
const SELF_REVIEW = {
  apiVersion: "authentication.k8s.io/v1",
  kind: "SelfSubjectReview",
};
const ACCESS_REVIEW = {
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
};

/** Asks for the user as the server knows it. */
export function userReview() {
  const body = { ...SELF_REVIEW, metadata: {} };
  return { ...request(SELF_REVIEW, "selfsubjectreviews", body), parse: parseUser };
}

/** Asks whether the server denies the user this access. */
export function accessReview(namespace: string, access: Access) {
  const body = { ...ACCESS_REVIEW, spec: { resourceAttributes: { namespace, ...access } } };
  return { ...request(ACCESS_REVIEW, "selfsubjectaccessreviews", body), parse: parseDenied };
}

function request({ apiVersion, kind }: typeof SELF_REVIEW, plural: string, body: unknown) {
  return {
    what: { verb: "create", kind },
    path: `/apis/${apiVersion}/${plural}`,
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify(body),
    isRead: true,
  };
}
