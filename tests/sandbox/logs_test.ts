import assert from "node:assert/strict";
import { CORE, start, step } from "./support.ts";

Deno.test("logs have times, and can begin at a time or near the end", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("x", "echo one; echo two >&2; printf three")] });
  const pod = run.status.podName;
  assert.equal(await client.logs(pod, "step-x", "&tailLines=2"), "two\nthree");
  const lines = (await client.logs(pod, "step-x", "&timestamps=true")).split("\n");
  assert.match(lines[0], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z one$/);
  const times = lines.map((line) => line.split(" ")[0]);
  assert.equal(new Set(times).size, 3);
  const since = encodeURIComponent(times[2]);
  assert.equal(await client.logs(pod, "step-x", `&sinceTime=${since}`), "one\ntwo\nthree");
  const later = new Date(Date.now() + 60_000).toISOString();
  assert.equal(await client.logs(pod, "step-x", `&sinceTime=${later}`), "");
});

Deno.test("following goes on to the end of the container, of a step that has yet to start too", async () => {
  await using client = await start();
  const wait = step("wait", "mkfifo /tekton/home/go; echo waiting; cat /tekton/home/go");
  const { metadata } = await client.startTask({ steps: [wait, step("then", "echo then")] });
  await client.runningPod(metadata.name);
  const pod = `${metadata.name}-pod`;
  const both = Promise.all([
    client.logs(pod, "step-wait", "&follow=true"),
    client.logs(pod, "step-then", "&follow=true"),
  ]);
  const script = "until [ -p /tekton/home/go ]; do :; done; echo go > /tekton/home/go";
  await client.exec(pod, "step-wait", ["sh", "-c", script]);
  assert.deepEqual(await both, ["waiting\ngo\n", "then\n"]);
});

Deno.test("a pod of several containers has no default one, and an unknown one is refused", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("a", "true"), step("b", "true")] });
  const pod = run.status.podName;
  const none = await client.json(`${CORE}/pods/${pod}/log`);
  assert.equal(none.code, 400);
  assert.equal(
    none.message,
    `a container name must be specified for pod ${pod}, choose one of: [step-a step-b]`,
  );
  const unknown = await client.json(`${CORE}/pods/${pod}/log?container=step-c`);
  assert.equal(unknown.message, `container step-c is not valid for pod ${pod}`);
});

Deno.test("a process that outlives its step ends with it, and its output with it", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("x", "sleep 1000 & echo $!")] });
  const pid = Number(await client.logs(run.status.podName, "step-x", "&follow=true"));
  await assert.rejects(Deno.stat(`/proc/${pid}/exe`), Deno.errors.NotFound);
});
