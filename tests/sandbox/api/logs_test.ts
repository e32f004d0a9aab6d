import assert from "node:assert/strict";
import { CORE, start, step } from "../support.ts";

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
  assert.equal(await client.logs(pod, "step-x", "&tailLines=0"), "");
});

const REFUSED: [query: string, code: number, message: string][] = [
  ["tailLines=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ["tailLines=-1", 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"],
  ["sinceSeconds=5", 400, "the sandbox has no log option sinceSeconds"],
  [
    "sinceTime=junk",
    400,
    'parsing time "junk" as "2006-01-02T15:04:05Z07:00": cannot parse "junk" as "2006"',
  ],
];

Deno.test("the API server rejects invalid log options", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("x", "echo one")] });
  const pod = run.status.podName;
  for (const [query, code, message] of REFUSED) {
    const status = await client.json(`${CORE}/pods/${pod}/log?${query}`);
    const start = code === 422 ? `PodLogOptions "${pod}" is invalid: ` : "";
    assert.deepEqual([status.code, status.message], [code, start + message]);
  }
});

Deno.test("a followed log lasts until the container ends, even of a step that has not started", async () => {
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

Deno.test("a pod with several containers has no default container, and an unknown one is an error", async () => {
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

Deno.test("a process that outlives its step ends with it, and so does its output", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("x", "sleep 1000 & echo $!")] });
  const pid = Number(await client.logs(run.status.podName, "step-x", "&follow=true"));
  await assert.rejects(Deno.stat(`/proc/${pid}/exe`), Deno.errors.NotFound);
});
