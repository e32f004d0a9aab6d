import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import type { WatchEvent } from "../../../src/kube/interface.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { FakeTransport, json, status, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";

const RUNS = { group: "tekton.dev", version: "v1", plural: "taskruns", kind: "TaskRun" };
const POD = { kind: "Pod", metadata: { name: "p", namespace: "a", uid: "u" } };

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
    Promise.reject(new TypeError("tcp connect error: Connection refused"))
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
  assert.deepEqual(await kube.denied("a", [{ verb: "get", group: "", resource: "pods" }]), []);
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
    throw new TypeError("error sending request: connection closed before message completed");
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

Deno.test("each chunk of a log that is not followed has thirty seconds", async () => {
  const stalled = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("a")),
  });
  const { transport, kube } = client(() => new Response(stalled));
  const reader = (await kube.logs({ namespace: "a", pod: "p", container: "c" })).getReader();
  await reader.read();
  const rest = reader.read();
  rest.catch(() => {});
  await until(() => transport.limitCount === 1);
  await transport.advance(30_000);
  assert.match(await rejection(rest, ClusterError), /: no answer in time\n/);
});

/** Returns an endless body, and counts the bytes that are read from it. */
function endless(start: string) {
  const state = { bytes: 0, isCancelled: false };
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = isFirst ? start : " ".repeat(1 << 20);
      isFirst = false;
      state.bytes += text.length;
      controller.enqueue(new TextEncoder().encode(text));
    },
    cancel: () => void (state.isCancelled = true),
  });
  return { state, body };
}

Deno.test("an answer without an end is read up to a limit", async () => {
  for (const code of [200, 500]) {
    const { state, body } = endless("{");
    const { kube } = client(() => new Response(body, { status: code === 200 ? 200 : 403 }));
    const message = await rejection(kube.get(PODS, "a", "p"), ClusterError);
    if (code === 200) {
      assert.match(message, /^Cannot get Pod "p": the server's answer is larger than 8 MiB\n/);
    }
    assert.ok(state.bytes < 16 << 20, `${state.bytes}`);
    assert.equal(state.isCancelled, true);
  }
  const { state, body } = endless('{"items":[');
  const { kube } = client(() => new Response(body));
  assert.match(
    await rejection(kube.list(PODS, { namespace: "a" }), ClusterError),
    /^Cannot list Pods: the server's answer is larger than 64 MiB\n/,
  );
  assert.ok(state.bytes < 80 << 20, `${state.bytes}`);
});

Deno.test("at most 32 plain requests run at once", async () => {
  const pending: (() => void)[] = [];
  const { transport, kube } = client(() =>
    new Promise((resolve) => pending.push(() => resolve(json(POD))))
  );
  const all = Promise.all(Array.from({ length: 80 }, (_, at) => kube.get(PODS, "a", `${at}`)));
  for (const expected of [32, 64, 80]) {
    await until(() => transport.requests.length === expected);
    pending.splice(0).forEach((answer) => answer());
  }
  assert.equal((await all).length, 80);
});

/** A client with the user's Ctrl-C. */
function interruptible(answer: FakeTransport["answer"]) {
  const interrupt = new AbortController();
  const transport = new FakeTransport();
  transport.answer = answer;
  const kube = new KubeClient(transport, "ns", interrupt.signal);
  const reason = new DOMException("interrupted", "AbortError");
  return { transport, kube, reason, press: () => interrupt.abort(reason) };
}

const never = () => new Promise<Response>(() => {});
const PLACE = { namespace: "a", pod: "p", container: "c" };

for (
  const [what, ask] of [
    ["a read", (kube: KubeClient) => kube.get(PODS, "a", "p")],
    ["a write", (kube: KubeClient) => kube.create(RUNS, { metadata: { name: "r" } })],
    ["a log", (kube: KubeClient) => kube.logs({ ...PLACE, follow: true })],
    ["a question to the authorizer", (kube: KubeClient) => kube.denied("a", [READ])],
  ] as const
) {
  Deno.test(`an interrupt ends ${what} that has no answer`, async () => {
    const { transport, kube, reason, press } = interruptible(never);
    const asked = ask(kube);
    asked.catch(() => {});
    await until(() => transport.requests.length === 1);
    press();
    await assert.rejects(asked, (error) => error === reason);
  });
}

const READ = { verb: "get", group: "", resource: "pods" };

Deno.test("an interrupt ends a command, and the wait between two tries", async () => {
  const { transport, kube, reason, press } = interruptible(() =>
    new Response("", { status: 503, headers: { "retry-after": "20" } })
  );
  const running = kube.exec({ ...PLACE, command: ["cat"] });
  const asked = kube.get(PODS, "a", "p");
  for (const one of [running, asked]) one.catch(() => {});
  await until(() => transport.sockets[0]?.readyState === 1 && transport.limitCount > 0);
  press();
  await assert.rejects(running, (error) => error === reason);
  await assert.rejects(asked, (error) => error === reason);
});

Deno.test("requests after an interrupt clean up, and have two seconds in all", async () => {
  let answer: FakeTransport["answer"] = () => json(POD);
  const { transport, kube, press } = interruptible((asked) => answer(asked));
  const cleaned = Promise.withResolvers<void>();
  transport.onDelay = (ms) => ms === 1_500 && cleaned.resolve();
  press();
  await kube.patch(RUNS, "a", "r", {});
  answer = never;
  const stalled = kube.delete(RUNS, "a", "r");
  stalled.catch(() => {});
  await cleaned.promise;
  assert.match(await rejection(stalled, ClusterError), /: no answer in time\n/);
});
