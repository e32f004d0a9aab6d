/** The limits of requests: time, size, number, and interrupts. */
import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { UnreachableError } from "../../../src/kube/status.ts";
import { FakeTransport, json, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { client, POD, RUNS } from "./client_stage.ts";

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

for (const follow of [true, false]) {
  Deno.test(`a log whose connection breaks is an error of the network, followed ${follow}`, async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new TypeError("error reading a body from connection")),
    });
    const { kube } = client(() => new Response(broken));
    const stream = await kube.logs({ namespace: "a", pod: "p", container: "c", follow });
    assert.match(
      await rejection(new Response(stream).text(), UnreachableError),
      /^Cannot reach the cluster .*: error reading a body from connection/,
    );
  });

  Deno.test(`an aborted log ends with the reason of the abort, followed ${follow}`, async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const aborted = new ReadableStream<Uint8Array>({
      pull(controller) {
        stop.abort(reason);
        controller.error(reason);
      },
    }, { highWaterMark: 0 });
    const { kube } = client(() => new Response(aborted));
    const { signal } = stop;
    const stream = await kube.logs({ namespace: "a", pod: "p", container: "c", follow, signal });
    await assert.rejects(new Response(stream).text(), reason);
  });
}

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
