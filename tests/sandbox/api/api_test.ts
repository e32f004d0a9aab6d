import assert from "node:assert/strict";
import { CORE, start, step, TEKTON } from "../support.ts";

const TASK = {
  apiVersion: "tekton.dev/v1",
  kind: "Task",
  metadata: { name: "hello", labels: { team: "a" } },
  spec: { steps: [step("hi", "echo hi")] },
};

Deno.test("a request without the token is unauthorized", async () => {
  await using client = await start();
  const response = await client.request("/api/v1", { headers: { authorization: "Bearer x" } });
  assert.equal(response.status, 401);
  const status = await response.json();
  assert.deepEqual([status.kind, status.reason, status.code], ["Status", "Unauthorized", 401]);
});

Deno.test("closing removes its directory", async () => {
  const client = await start();
  const directory = client.sandbox.kubeconfig.replace(/\/kubeconfig$/, "");
  assert.equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
  await client[Symbol.asyncDispose]();
  await assert.rejects(Deno.stat(directory), Deno.errors.NotFound);
});

Deno.test("for an object that does not exist the error has the API server's words", async () => {
  await using client = await start();
  const status = await client.json(`${TEKTON}/pipelines/x`);
  assert.equal(status.message, 'pipelines.tekton.dev "x" not found');
  assert.deepEqual([status.reason, status.code], ["NotFound", 404]);
  assert.deepEqual(status.details, { name: "x", group: "tekton.dev", kind: "pipelines" });
  const pod = await client.json(`${CORE}/pods/x/log`);
  assert.equal(pod.message, 'pods "x" not found');
});

Deno.test("an object is created once; a dry run creates nothing", async () => {
  await using client = await start();
  const dry = await client.create(`${TEKTON}/tasks?dryRun=All`, TASK);
  assert.ok(dry.metadata.uid);
  assert.equal((await client.request(`${TEKTON}/tasks/hello`)).status, 404);
  await client.create(`${TEKTON}/tasks`, TASK);
  await assert.rejects(client.create(`${TEKTON}/tasks`, TASK), {
    message: 'tasks.tekton.dev "hello" already exists',
  });
});

Deno.test("an object's name comes from generateName; it needs a name or a generateName", async () => {
  await using client = await start();
  const made = await client.create(`${TEKTON}/tasks`, {
    ...TASK,
    metadata: { generateName: "t-" },
  });
  assert.match(made.metadata.name, /^t-[a-z0-9]{5}$/);
  const metadata = { generateName: "t".repeat(80) };
  const long = await client.create(`${TEKTON}/tasks`, { ...TASK, metadata });
  assert.match(long.metadata.name, /^t{58}[a-z0-9]{5}$/);
  await assert.rejects(
    client.create(`${TEKTON}/tasks`, { ...TASK, metadata: {} }),
    /name or generateName/,
  );
});

Deno.test("a body that is not an object is a bad request", async () => {
  await using client = await start();
  const status = await client.json(`${TEKTON}/tasks`, { method: "POST", body: "{" });
  assert.deepEqual([status.reason, status.code], ["BadRequest", 400]);
  await assert.rejects(
    client.create(`${TEKTON}/tasks`, { ...TASK, kind: "Pipeline" }),
    /cannot be handled as a Task/,
  );
});

Deno.test("lists honor label and field selectors", async () => {
  await using client = await start();
  await client.create(`${TEKTON}/tasks`, TASK);
  await client.create(`${TEKTON}/tasks`, {
    ...TASK,
    metadata: { name: "other", labels: { team: "b" } },
  });
  const names = async (query: string) => {
    const { items } = await client.json(`${TEKTON}/tasks?${query}`);
    return items.map((item: typeof TASK) => item.metadata.name);
  };
  assert.deepEqual(await names(""), ["hello", "other"]);
  assert.deepEqual(await names("labelSelector=team%3Da"), ["hello"]);
  assert.deepEqual(await names("labelSelector=team!%3Da"), ["other"]);
  assert.deepEqual(await names("labelSelector=team+in+(a,b),!x"), ["hello", "other"]);
  assert.deepEqual(await names("fieldSelector=metadata.name%3Dother"), ["other"]);
});

Deno.test("an update of an old version is a conflict, a merge patch is not", async () => {
  await using client = await start();
  const first = await client.create(`${TEKTON}/tasks`, TASK);
  const path = `${TEKTON}/tasks/hello`;
  const patched = await client.patch(path, { metadata: { labels: { team: null, x: "y" } } });
  assert.deepEqual(patched.metadata.labels, { x: "y" });
  const status = await client.json(path, { method: "PUT", body: JSON.stringify(first) });
  assert.equal(status.reason, "Conflict");
});

Deno.test("a watch reports changes after a version; an object that leaves the selection is deleted", async () => {
  await using client = await start();
  const { metadata } = await client.json(`${TEKTON}/tasks`);
  const query = `&labelSelector=team%3Da&resourceVersion=${metadata.resourceVersion}`;
  const events = client.watch(`${TEKTON}/tasks`, query);
  await client.create(`${TEKTON}/tasks`, TASK);
  await client.patch(`${TEKTON}/tasks/hello`, { metadata: { labels: { more: "1" } } });
  await client.patch(`${TEKTON}/tasks/hello`, { metadata: { labels: { team: "b" } } });
  const seen = [];
  for await (const { type } of events) if (seen.push(type) === 3) break;
  assert.deepEqual(seen, ["ADDED", "MODIFIED", "DELETED"]);
});

Deno.test("a watch from a version that is too old ends with Expired", async () => {
  await using client = await start();
  const events = await Array.fromAsync(client.watch(`${TEKTON}/tasks`, "&resourceVersion=1"));
  assert.equal(events.length, 1);
  assert.equal(events[0].type, "ERROR");
  assert.deepEqual([events[0].object.code, events[0].object.reason], [410, "Expired"]);
});

Deno.test("a watch ends after its timeout", async () => {
  await using client = await start();
  assert.deepEqual(await Array.fromAsync(client.watch(`${TEKTON}/tasks`, "&timeoutSeconds=1")), []);
});

Deno.test("a client with the token has all rights", async () => {
  await using client = await start();
  const spec = { resourceAttributes: { verb: "create", resource: "pods", subresource: "exec" } };
  const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const { status } = await client.create(path, { spec });
  assert.equal(status.allowed, true);
});

Deno.test("a request to create an object in a missing namespace fails", async () => {
  await using client = await start();
  const path = "/apis/tekton.dev/v1/namespaces/nowhere/tasks";
  await assert.rejects(client.create(path, TASK), { message: 'namespaces "nowhere" not found' });
});
