import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import type { WatchEvent } from "../../../src/kube/interface.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { ConnectError } from "../../../src/kube/transport.ts";
import { json, status, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { asked, client, POD, RUNS } from "./client_stage.ts";

Deno.test("each verb is one request", async () => {
  const { transport, kube } = client(() => json({ items: [], ...POD }));
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
    Promise.reject(new ConnectError("connection refused", { hint: "is it up?" }))
  );
  assert.match(
    await rejection(refused.kube.get(PODS, "a", "p"), ClusterError),
    /^Cannot reach the cluster "https:\/\/cluster.test": connection refused\n/,
  );
  const cut = client(() => new Response('{"items":'));
  assert.match(await rejection(cut.kube.get(PODS, "a", "p"), ClusterError), /^Cannot reach/);
});

Deno.test("an error about credentials is thrown as it is", async () => {
  const { kube } = client(() => Promise.reject(new UsageError("Cannot get the credentials")));
  assert.equal(
    await rejection(kube.get(PODS, "a", "p"), UsageError),
    "Cannot get the credentials",
  );
});

Deno.test("every plain request has a time limit", async () => {
  const { transport, kube } = client(() => json(POD));
  await kube.get(PODS, "a", "p");
  assert.ok(transport.requests[0].init.signal instanceof AbortSignal);
});

Deno.test("a watch lists, watches from that version on, and ends with its signal", async () => {
  const stop = new AbortController();
  const { transport, kube } = client(({ path }) => {
    if (!path.includes("watch=1")) {
      const items = [{ metadata: { name: "a", namespace: "n", uid: "a" } }];
      return json({ items, metadata: { resourceVersion: "7" } });
    }
    const object = {
      metadata: { name: "a", namespace: "n", uid: "a", resourceVersion: "8" },
    };
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
  const stop = new AbortController();
  const place = { namespace: "a", pod: "p", container: "c" };
  const stream = await kube.logs({ ...place, follow: true, signal: stop.signal });
  assert.equal(await new Response(stream).text(), "a\n");
  assert.equal(transport.limitCount, 0);
  const { signal } = transport.requests[0].init;
  assert.equal(signal!.aborted, false);
  stop.abort();
  assert.equal(signal!.aborted, true);
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
  const asked = [{ verb: "get", group: "", resource: "pods" }];
  assert.deepEqual(await kube.denied("a", asked), []);
  await assert.rejects(kube.denied("a", asked, { mustAnswer: true }), ClusterError);
});

Deno.test("a plain request ends after 30 seconds, its body included, however its network is stalled", async () => {
  const stalled = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"metadata":')),
  });
  for (const answer of [() => new Promise<Response>(() => {}), () => new Response(stalled)]) {
    const { transport, kube } = client(answer);
    const asked = kube.get(PODS, "a", "p");
    asked.catch(() => {});
    await until(() => transport.limitCount === 1);
    await transport.advance(30_000);
    assert.equal(
      await rejection(asked, ClusterError),
      'Cannot reach the cluster "https://cluster.test": no answer in time\n' +
        "is it up, and are --context and --kubeconfig the right ones?",
    );
    assert.equal(transport.requests[0].init.signal!.aborted, true);
    assert.equal(transport.limitCount, 0);
  }
});

Deno.test("a read that fails in passing is asked again, later and later, up to four times", async () => {
  for (const code of [408, 429, 500, 502, 503, 504]) {
    const { transport, kube } = client(() => status(code, "busy"));
    await assert.rejects(kube.list(PODS, { namespace: "a" }), /: busy$/);
    assert.equal(transport.requests.length, 5);
    assert.deepEqual(transport.delays, [250, 500, 1000, 2000]);
  }
  let tries = 0;
  const { kube } = client(() => ++tries < 3 ? status(503, "busy") : json(POD));
  assert.deepEqual(await kube.get(PODS, "a", "p"), POD);
});

Deno.test("a read whose answer broke off is asked again", async () => {
  let tries = 0;
  const { kube } = client(() => ++tries === 1 ? new Response('{"metadata":{"na') : json(POD));
  assert.deepEqual(await kube.get(PODS, "a", "p"), POD);
  const cut = () => {
    throw new Error("socket hang up");
  };
  let cuts = 0;
  const other = client(() => ++cuts === 1 ? cut() : json(POD));
  assert.deepEqual(await other.kube.get(PODS, "a", "p"), POD);
});

Deno.test("a write is never retried", async () => {
  const { transport, kube } = client(() => status(503, "busy"));
  await assert.rejects(kube.create(RUNS, { metadata: { name: "r" } }));
  await assert.rejects(kube.patch(RUNS, "a", "r", {}));
  await assert.rejects(kube.delete(RUNS, "a", "r"));
  assert.equal(transport.requests.length, 3);
});

Deno.test("a refusal and an unreachable server are not retried", async () => {
  const { transport, kube } = client(() => status(403, "no"));
  await assert.rejects(kube.get(PODS, "a", "p"));
  assert.equal(transport.requests.length, 1);
});

Deno.test("the server says when to ask again: in seconds, as a date, or in its Status", async () => {
  const date = "Sun, 29 Nov 2026 10:00:00 GMT";
  const busy = (headers: Record<string, string>) =>
    new Response(JSON.stringify({ kind: "Status", code: 429 }), { status: 429, headers });
  for (
    const [headers, ms] of [
      [{ "retry-after": "3" }, 3_000],
      [{ "retry-after": "Sun, 29 Nov 2026 10:00:04 GMT", date }, 4_000],
      [{ "retry-after": "Sun, 29 Nov 2026 10:00:04 GMT" }, 250],
      [{ "retry-after": "soon" }, 250],
      [{ "retry-after": "0" }, 250],
      [{ "retry-after": "-5" }, 250],
    ] as const
  ) {
    let tries = 0;
    const { transport, kube } = client(() => ++tries === 1 ? busy(headers) : json(POD));
    await kube.get(PODS, "a", "p");
    assert.deepEqual(transport.delays, [ms], JSON.stringify(headers));
  }
  let tries = 0;
  const details = { retryAfterSeconds: 2 };
  const { transport, kube } = client(() =>
    ++tries === 1 ? status(429, "busy", { details }) : json(POD)
  );
  await kube.get(PODS, "a", "p");
  assert.deepEqual(transport.delays, [2_000]);
});

Deno.test("a server that asks for a wait of a day is asked again after 30 seconds", async () => {
  let tries = 0;
  const headers = { "retry-after": "86400" };
  const { transport, kube } = client(() =>
    ++tries === 1 ? new Response("", { status: 429, headers }) : json(POD)
  );
  const asked = kube.get(PODS, "a", "p");
  await until(() => transport.limits.length === 2);
  await transport.advance(30_000);
  assert.deepEqual(await asked, POD);
});

Deno.test("a watch whose stream does not begin in time is tried again", async () => {
  const list = json({ items: [], metadata: { resourceVersion: "1" } });
  const { transport, kube } = client(({ path }) =>
    path.includes("watch=1") ? new Promise(() => {}) : list.clone()
  );
  const stop = new AbortController();
  const watching = Array.fromAsync(kube.watch(PODS, { namespace: "a" }, stop.signal));
  for (let tries = 1; tries <= 3; tries++) {
    await until(() => transport.requests.length === tries * 2);
    await transport.advance(30_000);
  }
  stop.abort();
  assert.deepEqual(await watching, []);
});
