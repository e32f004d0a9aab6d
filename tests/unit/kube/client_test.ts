import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import type { WatchEvent } from "../../../src/kube/interface.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { FakeTransport, json, status } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";

const RUNS = { group: "tekton.dev", version: "v1", plural: "taskruns", kind: "TaskRun" };

function client(answer?: FakeTransport["answer"]) {
  const transport = new FakeTransport();
  if (answer !== undefined) transport.answer = answer;
  return { transport, kube: new KubeClient(transport, "ns") };
}

/** The requests as `METHOD path body`. */
function asked({ requests }: FakeTransport): string[] {
  return requests.map(({ path, init: { method = "GET", body } }) =>
    [method, path, body].filter((part) => part !== undefined).join(" ")
  );
}

Deno.test("each verb is one request", async () => {
  const { transport, kube } = client(() => json({ items: [], metadata: {} }));
  await kube.get(PODS, "a", "p");
  await kube.list(PODS, { namespace: "a", labels: "x=y" });
  await kube.create(RUNS, { metadata: { generateName: "r-", namespace: "b" } });
  await kube.create(RUNS, { metadata: { name: "r" } }, { dryRun: true });
  await kube.patch(RUNS, "a", "r", { spec: { status: "Cancelled" } });
  await kube.delete(RUNS, "a", "r");
  assert.deepEqual(asked(transport), [
    "GET /api/v1/namespaces/a/pods/p",
    "GET /api/v1/namespaces/a/pods?labelSelector=x%3Dy",
    'POST /apis/tekton.dev/v1/namespaces/b/taskruns {"metadata":{"generateName":"r-","namespace":"b"}}',
    'POST /apis/tekton.dev/v1/namespaces/ns/taskruns?dryRun=All {"metadata":{"name":"r"}}',
    'PATCH /apis/tekton.dev/v1/namespaces/a/taskruns/r {"spec":{"status":"Cancelled"}}',
    "DELETE /apis/tekton.dev/v1/namespaces/a/taskruns/r",
  ]);
  const types = transport.requests.map(({ init }) => init.headers?.["content-type"]);
  assert.deepEqual(types.slice(2, 5), [
    "application/json",
    "application/json",
    "application/merge-patch+json",
  ]);
});

Deno.test("a refusal says what was tried, with its name or the name that was to be made", async () => {
  const { kube } = client(() => status(409, "it is there already"));
  assert.equal(
    await rejection(kube.create(RUNS, { metadata: { generateName: "r-" } }), ClusterError),
    'Cannot create TaskRun "r-": it is there already',
  );
  assert.equal(
    await rejection(kube.delete(PODS, "a", "p"), ClusterError),
    'Cannot delete Pod "p": it is there already',
  );
  assert.equal(
    await rejection(kube.list(PODS, { namespace: "a" }), ClusterError),
    "Cannot list Pods: it is there already",
  );
});

Deno.test("no answer, and an answer that breaks off, is a server out of reach", async () => {
  const refused = client(() =>
    Promise.reject(new TypeError("tcp connect error: Connection refused"))
  );
  assert.match(
    await rejection(refused.kube.get(PODS, "a", "p"), ClusterError),
    /^Cannot reach the cluster "https:\/\/cluster.test": connection refused\n/,
  );
  const cut = client(() => new Response('{"items":'));
  assert.match(await rejection(cut.kube.get(PODS, "a", "p"), ClusterError), /^Cannot reach/);
});

Deno.test("credentials that can't be renewed are told in their own words", async () => {
  const { kube } = client(() => Promise.reject(new UsageError("Cannot get the credentials")));
  assert.equal(
    await rejection(kube.get(PODS, "a", "p"), UsageError),
    "Cannot get the credentials",
  );
});

Deno.test("every plain request has a time limit", async () => {
  const { transport, kube } = client(() => json({}));
  await kube.get(PODS, "a", "p");
  assert.ok(transport.requests[0].init.signal instanceof AbortSignal);
});

Deno.test("a watch lists, watches from that version on, and ends with its signal", async () => {
  const stop = new AbortController();
  const { transport, kube } = client(({ path }) => {
    if (!path.includes("watch=1")) {
      const items = [{ metadata: { name: "a", uid: "a" } }];
      return json({ items, metadata: { resourceVersion: "7" } });
    }
    const object = { metadata: { name: "a", uid: "a", resourceVersion: "8" } };
    return new Response(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
  });
  const events: WatchEvent[] = [];
  for await (const event of kube.watch(PODS, { namespace: "a", fields: "x=y" }, stop.signal)) {
    events.push(event);
    if (event.type === "MODIFIED") stop.abort();
  }
  assert.deepEqual(events.map(({ type }) => type), ["ADDED", "MODIFIED"]);
  assert.deepEqual(asked(transport), [
    "GET /api/v1/namespaces/a/pods?fieldSelector=x%3Dy",
    "GET /api/v1/namespaces/a/pods?fieldSelector=x%3Dy&watch=1&resourceVersion=7" +
    "&allowWatchBookmarks=true&timeoutSeconds=300",
  ]);
});

Deno.test("logs are the body as it comes, with the asker's signal and no time limit", async () => {
  const { transport, kube } = client(() => new Response("a\n"));
  const { signal } = new AbortController();
  const place = { namespace: "a", pod: "p", container: "c" };
  const stream = await kube.logs({ ...place, follow: true, signal });
  assert.equal(await new Response(stream).text(), "a\n");
  assert.equal(transport.requests[0].init.signal, signal);
});

Deno.test("refused logs name the pod", async () => {
  const { kube } = client(() => status(400, 'container "c" is waiting to start'));
  const place = { namespace: "a", pod: "p", container: "c" };
  assert.equal(
    await rejection(kube.logs(place), ClusterError),
    'Cannot read the logs of Pod "p": container "c" is waiting to start',
  );
});

Deno.test("of the rights asked for those come back that are denied, in their order", async () => {
  const { transport, kube } = client(({ init }) => {
    const { spec } = JSON.parse(init.body!);
    return json({ status: { allowed: spec.resourceAttributes.verb === "get" } });
  });
  const rights = ["watch", "get", "create"].map((verb) => ({ verb, group: "", resource: "pods" }));
  assert.deepEqual(await kube.denied("a", rights), [rights[0], rights[2]]);
  assert.equal(
    asked(transport)[0],
    "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews " +
      '{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",' +
      '"spec":{"resourceAttributes":{"namespace":"a","verb":"watch","group":"","resource":"pods"}}}',
  );
});

Deno.test("where the authorizer can't be asked, nothing is taken for denied", async () => {
  const { kube } = client(() => status(403, "no"));
  assert.deepEqual(await kube.denied("a", [{ verb: "get", group: "", resource: "pods" }]), []);
});
