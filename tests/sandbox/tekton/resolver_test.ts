/** The sandbox's resolvers: ResolutionRequests, and TaskRuns that use a resolver. */
import assert from "node:assert/strict";
import type { Param } from "../../../src/tekton/model.ts";
import { type Client, start, step, TEKTON, verdict } from "../support.ts";

const REQUESTS = "/apis/resolution.tekton.dev/v1beta1/namespaces/default/resolutionrequests";

async function withTask(): Promise<Client> {
  const client = await start();
  await client.create(`${TEKTON}/tasks`, {
    metadata: { name: "shared", labels: { team: "a" } },
    spec: { steps: [step("say", "echo $(context.task.name)")] },
  });
  return client;
}

function paramsOf(values: Record<string, string>): Param[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

const SHARED = paramsOf({ kind: "task", name: "shared", namespace: "default" });

/** Returns the status of a request once it has an answer. */
async function ask(client: Client, resolver: string, params: Param[]) {
  const { metadata: { name } } = await client.create(REQUESTS, {
    metadata: { generateName: "ask-", labels: { "resolution.tekton.dev/type": resolver } },
    spec: { params },
  });
  return await client.until(REQUESTS, name, (request) => request.status !== undefined);
}

Deno.test("the cluster resolver returns the object", async () => {
  await using client = await withTask();
  const { status } = await ask(client, "cluster", SHARED);
  assert.equal(status.conditions[0].status, "True");
  const task = JSON.parse(atob(status.data));
  assert.deepEqual([task.apiVersion, task.kind, task.metadata.name], [
    "tekton.dev/v1",
    "Task",
    "shared",
  ]);
});

Deno.test("the http resolver returns the text unchanged, from this machine only", async () => {
  await using client = await withTask();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("ä: [b]"),
  );
  const { status } = await ask(
    client,
    "http",
    paramsOf({ url: `http://127.0.0.1:${server.addr.port}/x` }),
  );
  assert.equal(new TextDecoder().decode(Uint8Array.fromBase64(status.data)), "ä: [b]");
  const other = verdict(await ask(client, "http", paramsOf({ url: "http://192.0.2.1/x" })));
  assert.equal(other.status, "False");
  assert.match(other.message, /the sandbox fetches from this machine only/);
});

for (
  const [what, resolver, params, why] of [
    ["an unknown resolver", "git", [], /the sandbox has no resolver "git"/],
    ["a missing param", "cluster", [], /missing required resolver params: kind/],
    [
      "an object that is not there",
      "cluster",
      SHARED.map((param) => param.name === "name" ? { ...param, value: "none" } : param),
      /"none" not found/,
    ],
  ] as const
) {
  Deno.test(`a request for ${what} fails with a message`, async () => {
    await using client = await withTask();
    const { status, reason, message } = verdict(await ask(client, resolver, [...params]));
    assert.deepEqual([status, reason], ["False", "ResolutionFailed"]);
    assert.match(message, why);
  });
}

async function runOf(client: Client, resolver: string) {
  const { metadata: { name } } = await client.create(`${TEKTON}/taskruns`, {
    metadata: { generateName: "run-" },
    spec: { taskRef: { resolver, params: SHARED } },
  });
  return await client.done(`${TEKTON}/taskruns`, name);
}

Deno.test("a TaskRun uses its resolver, and has the Task's name and labels", async () => {
  await using client = await withTask();
  const run = await runOf(client, "cluster");
  assert.equal(verdict(run).status, "True");
  assert.equal(await client.logs(run.status.podName, "step-say"), "shared\n");
  assert.equal(run.metadata.labels["tekton.dev/task"], "shared");
  assert.equal(run.metadata.labels.team, "a");
});

Deno.test("a TaskRun whose resolver fails reports that", async () => {
  await using client = await withTask();
  const { status, reason, message } = verdict(await runOf(client, "git"));
  assert.deepEqual([status, reason], ["False", "TaskRunResolutionFailed"]);
  assert.match(message, /no resolver "git"/);
});
