import assert from "node:assert/strict";
import { type Attempt, isStatus, refused, unreachable } from "../../../src/kube/status.ts";
import { ConnectError } from "../../../src/kube/transport.ts";

const ATTEMPT: Attempt = {
  verb: "get",
  kind: "Pipeline",
  name: "build",
  namespace: "ns",
  server: "https://c",
};

function words(code: number, message?: string, attempt: Partial<Attempt> = {}): string {
  const error = refused({ ...ATTEMPT, ...attempt }, { code, message });
  assert.equal(error.exitCode, 3);
  return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
}

Deno.test("401 reports the credentials and the server", () => {
  assert.equal(
    words(401, "Unauthorized"),
    'Cannot get Pipeline "build": https://c does not accept the credentials (401 Unauthorized)\n' +
      "log in to the cluster again, or choose another --context",
  );
});

Deno.test("403 names who may not do what, and how to check it", () => {
  const message = 'pods "x" is forbidden: User "dev" cannot create resource "pods/exec" in API ' +
    'group "" in the namespace "ns"';
  assert.equal(
    words(403, message, { verb: "exec into", kind: "Pod", name: "x" }),
    'Cannot exec into Pod "x": user "dev" may not create pods/exec in namespace "ns" (403 Forbidden)\n' +
      "ask for this right; kubectl auth can-i create pods/exec -n ns checks it",
  );
});

Deno.test("403 of an impersonated user has a check as that user", () => {
  const message = 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in ' +
    'the namespace "ns"';
  const actsAs = { user: "jane", groups: ["qa", "night shift", "o'hara"] };
  assert.equal(
    words(403, message, { verb: "list", kind: "Pod", name: undefined, actsAs }),
    'Cannot list Pods: user "jane" may not list pods in namespace "ns" (403 Forbidden)\n' +
      "ask for this right; kubectl auth can-i list pods -n ns --as jane --as-group qa " +
      "--as-group 'night shift' --as-group 'o'\\''hara' checks it",
  );
});

Deno.test("403 of an impersonation names both users", () => {
  const message = 'users "jane" is forbidden: User "dev" cannot impersonate resource "users" in ' +
    'API group "" at the cluster scope';
  assert.equal(
    words(403, message, { actsAs: { user: "jane", groups: [] } }),
    'Cannot get Pipeline "build": user "dev" may not impersonate user "jane" (403 Forbidden)\n' +
      "ask for this right, or act as yourself: without --as, and without as in the kubeconfig",
  );
});

Deno.test("a page is the answer of a proxy, and is named by its title", () => {
  const page = (title: string) =>
    `\n<!DOCTYPE html>\n<html><head>${title}</head><h1>No</h1></html>`;
  const hint = "is it a Kubernetes API server, and not the page of a proxy?";
  for (const code of [302, 403, 404, 502]) {
    assert.equal(
      words(code, page("<TITLE lang=en>\n Bad   Gateway </TITLE>")),
      `Cannot get Pipeline "build": the server answered ${code} with the page "Bad Gateway"\n${hint}`,
    );
    assert.equal(
      words(code, page("")),
      `Cannot get Pipeline "build": the server answered ${code} with a page\n${hint}`,
    );
  }
});

Deno.test("403 with an unknown message shows that message", () => {
  const hint = "ask for this right; kubectl auth can-i get Pipeline -n ns checks it";
  for (
    const [message, state] of [
      ["", 'the server answered 403 in namespace "ns"'],
      ["forbidden: not today", 'forbidden in namespace "ns": not today'],
    ]
  ) assert.equal(words(403, message), `Cannot get Pipeline "build": ${state}\n${hint}`);
  assert.equal(
    words(403, "no"),
    'Cannot get Pipeline "build": forbidden in namespace "ns": no\n' +
      "ask for this right; kubectl auth can-i get Pipeline -n ns checks it",
  );
});

Deno.test("403 by a quota, a webhook or pod security is no question of rights", () => {
  for (
    const message of [
      'pods "x" is forbidden: exceeded quota: compute, requested: pods=1',
      'admission webhook "policy.example" denied the request: no',
      'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
    ]
  ) assert.equal(words(403, message), `Cannot get Pipeline "build": ${message}`);
});

Deno.test("404 of an object says where it was looked for, 404 of a kind that it is unknown", () => {
  assert.equal(
    words(404, 'pipelines.tekton.dev "build" not found'),
    'Cannot get Pipeline "build": not found in namespace "ns"\n' +
      "look with --namespace or --context elsewhere",
  );
  assert.equal(
    words(404, "the server could not find the requested resource", { name: undefined }),
    "Cannot get Pipelines: the cluster does not know this kind",
  );
});

Deno.test("409, 400 by a webhook, 422 and 500 show the message of the server", () => {
  const webhook =
    'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: ' +
    "validation failed: missing field(s): spec.tasks";
  for (
    const [code, message] of [
      [409, 'pipelineruns.tekton.dev "build" already exists'],
      [400, webhook],
      [422, 'PipelineRun.tekton.dev "x" is invalid: spec: Required value'],
      [500, "etcdserver: request timed out"],
    ] as const
  ) assert.equal(words(code, message), `Cannot get Pipeline "build": ${message}`);
});

Deno.test("an answer without a message is reported by its code", () => {
  assert.equal(words(502, ""), 'Cannot get Pipeline "build": the server answered 502');
  assert.equal(words(502), 'Cannot get Pipeline "build": the server answered 502');
});

Deno.test("a StatusError is recognized by its code, other errors are not", () => {
  assert.equal(isStatus(refused(ATTEMPT, { code: 404 }), 404), true);
  assert.equal(isStatus(refused(ATTEMPT, { code: 404 }), 409), false);
  assert.equal(isStatus(new Error("404"), 404), false);
});

/** Returns an error like those of fetch in Deno 2.9.6. */
function fetchFailed(detail: string): Error {
  return new TypeError("fetch failed", { cause: new Error(detail) });
}

function connectFailed(detail: string, url = "https://127.0.0.1:6443/api/v1"): Error {
  return fetchFailed(`error sending request for url (${url}): client error (Connect): ${detail}`);
}

const CHECK = "is it up, and are --context and --kubeconfig the right ones?";

const refusedByProxy = new ConnectError("its proxy http://p.test:3128 does not work: no answer", {
  hint: "is the proxy up?",
});

const unreachables: [what: string, Error, state: string, hint: string][] = [
  ["a proxy fails", refusedByProxy, refusedByProxy.message, refusedByProxy.hint],
  [
    "nothing listens",
    connectFailed("tcp connect error: Connection refused (os error 111)"),
    "connection refused",
    CHECK,
  ],
  [
    "the name is unknown",
    connectFailed("dns error: failed to lookup address information: Name or service not known"),
    "its name cannot be resolved",
    CHECK,
  ],
  [
    "nobody answers",
    new DOMException("The operation was aborted due to timeout", "TimeoutError"),
    "no answer in time",
    CHECK,
  ],
  [
    "the network gives up",
    connectFailed("tcp connect error: Connection timed out (os error 110)"),
    "no answer in time",
    CHECK,
  ],
  [
    "the authority is unknown",
    connectFailed("invalid peer certificate: UnknownIssuer"),
    "its certificate is not trusted (UnknownIssuer)",
    "check certificate-authority in the kubeconfig",
  ],
  [
    "the certificate is of another name",
    connectFailed(
      'invalid peer certificate: certificate not valid for name "x"; certificate is only valid for ["y"]',
    ),
    'its certificate is not trusted (certificate not valid for name "x"; certificate is only valid for ["y"])',
    "check certificate-authority in the kubeconfig",
  ],
  [
    "TLS is spoken to a server without it",
    connectFailed("received corrupt message of type InvalidContentType"),
    "received corrupt message of type InvalidContentType",
    CHECK,
  ],
  [
    "the server hangs up in the handshake",
    connectFailed("tls handshake eof"),
    "tls handshake eof",
    CHECK,
  ],
  [
    "the server hangs up",
    fetchFailed(
      "error sending request from 127.0.0.1:34192 for http://127.0.0.1:33935/ (127.0.0.1:33935): " +
        "client error (SendRequest): connection closed before message completed",
    ),
    "connection closed before message completed",
    CHECK,
  ],
  [
    "the server refuses the client certificate once TLS 1.3 is open",
    new Error("received fatal alert: CertificateRequired"),
    "it refuses the handshake: received fatal alert: CertificateRequired",
    "does it accept the client certificate of the kubeconfig?",
  ],
  [
    "another protocol answers",
    new Error("Parse Error: Expected HTTP/, RTSP/ or ICE/"),
    "its answer is not HTTP (Expected HTTP/, RTSP/ or ICE/)",
    "is it a Kubernetes API server, and not the page of a proxy?",
  ],
  ["it hangs up", new Error("socket hang up"), "it closed the connection", CHECK],
  [
    "an address has a word of other reasons in it",
    connectFailed(
      "tcp connect error: No route to host (os error 113)",
      "https://dns-refused.certificate.test:6443/api",
    ),
    "tcp connect error: No route to host",
    CHECK,
  ],
];

for (const [what, error, state, hint] of unreachables) {
  Deno.test(`a server is reported as unreachable if ${what}`, () => {
    const { message, hint: said, cause } = unreachable("https://c", error);
    assert.equal(message, `Cannot reach the cluster "https://c": ${state}`);
    assert.equal(said, hint);
    assert.equal(cause, error);
  });
}

Deno.test("a thrown value that is not an error is shown as it is", () => {
  assert.equal(
    unreachable("https://c", "odd").message,
    'Cannot reach the cluster "https://c": odd',
  );
});
