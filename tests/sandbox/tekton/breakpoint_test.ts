import assert from "node:assert/strict";
import { type Client, CORE, start, step, TEKTON, verdict } from "../support.ts";

const BEFORE = "debug before step breakpoint has taken effect, waiting for user's decision:\n" +
  "1) continue, use cmd: /tekton/debug/scripts/debug-beforestep-continue\n" +
  "2) fail-continue, use cmd: /tekton/debug/scripts/debug-beforestep-fail-continue\n";
const FAILED = "INFO Skipping writing to PostFile\n" +
  "debug onFailure breakpoint has taken effect, waiting for user's decision:\n" +
  "1) continue, use cmd: /tekton/debug/scripts/debug-continue\n" +
  "2) fail-continue, use cmd: /tekton/debug/scripts/debug-fail-continue\n";

/** Starts a TaskRun with breakpoints and returns its name and its pod's name. */
async function debug(client: Client, steps: unknown[], more: Record<string, unknown> = {}) {
  const run = await client.startTask({ results: [{ name: "r" }], steps }, {
    debug: { breakpoints: { onFailure: "enabled", ...more } },
  });
  await client.runningPod(run.metadata.name);
  return { name: run.metadata.name as string, pod: `${run.metadata.name}-pod` };
}

/** Returns the container's log, without times, once it ends with a text. */
async function says(client: Client, pod: string, container: string, end: string): Promise<string> {
  const stop = new AbortController();
  const path = `${CORE}/pods/${pod}/log?container=${container}&follow=true`;
  const response = await client.request(path, { signal: stop.signal });
  let log = "";
  try {
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      log = (log + text).replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, "");
      if (log.endsWith(end)) return log;
    }
  } finally {
    stop.abort();
    await response.body?.cancel().catch(() => {});
  }
  throw new Error(`the log ended: ${log}`);
}

const script = (name: string) => [`/tekton/debug/scripts/debug-${name}`];
const copy = (from: string, to: string) => ["/tekton/bin/entrypoint", "cp", from, to];

Deno.test("a failed step is held with its results, and continue lets the run succeed", async () => {
  await using client = await start();
  const { name, pod } = await debug(client, [
    step("bad", "echo bad; printf x > $(results.r.path); exit 3", { onError: "continue" }),
    step("after", "echo after; ls /tekton/run/0 /tekton/steps/step-bad"),
  ]);
  assert.equal(await says(client, pod, "step-bad", FAILED), `bad\n${FAILED}`);
  const look =
    "ls /tekton/run/0 /tekton/debug/info /tekton/debug/scripts; ls -d /tekton/run/0/out*";
  const seen = await client.exec(pod, "step-bad", ["sh", "-c", look]);
  assert.equal(
    seen.stdout,
    "/tekton/debug/info:\n0\n\n/tekton/debug/scripts:\ndebug-beforestep-continue\n" +
      "debug-beforestep-fail-continue\ndebug-continue\ndebug-fail-continue\n\n/tekton/run/0:\nstatus\n",
  );
  const { stdout } = await client.exec(pod, "step-bad", script("continue"));
  assert.equal(stdout, "Executing step 0...\n");
  const run = await client.done(`${TEKTON}/taskruns`, name);
  assert.equal(verdict(run).reason, "Succeeded");
  assert.deepEqual(run.status.results, [{ name: "r", type: "string", value: "x" }]);
  const [bad] = run.status.steps;
  assert.deepEqual([bad.terminated.exitCode, bad.terminationReason], [0, "Completed"]);
  assert.match(await client.logs(pod, "step-bad"), /Breakpoint exiting with exit code 0\n$/);
  assert.equal(
    await client.logs(pod, "step-after"),
    "after\n/tekton/run/0:\nout\nout.breakpointexit\nstatus\n\n/tekton/steps/step-bad:\n" +
      "artifacts\nresults\n",
  );
});

Deno.test("after a step that fails by fail-continue, later steps run and are held if they fail", async () => {
  await using client = await start();
  const { name, pod } = await debug(client, [
    step("bad", "exit 3"),
    step("after", "ls /tekton/run/0; exit 4"),
    step("last", "echo last"),
  ]);
  await says(client, pod, "step-bad", FAILED);
  await client.exec(pod, "step-bad", script("fail-continue"));
  const log = await says(client, pod, "step-after", FAILED);
  assert.equal(log, `out.breakpointexit\nout.err\nstatus\n${FAILED}`);
  await client.exec(pod, "step-after", script("continue"));
  const run = await client.done(`${TEKTON}/taskruns`, name);
  const message = '"step-bad" exited with code 1: Error';
  assert.deepEqual(verdict(run), { status: "False", reason: "Failed", message });
  // deno-lint-ignore no-explicit-any
  assert.deepEqual(run.status.steps.map((each: any) => each.terminated.exitCode), [1, 0, 0]);
  assert.equal(await client.logs(pod, "step-last"), "last\n");
});

Deno.test("a step is held before its work, and each container knows its own index", async () => {
  await using client = await start();
  const { name, pod } = await debug(client, [
    step("one", "echo one"),
    step("two", "echo two", { timeout: "100ms" }),
  ], { beforeSteps: ["two", "nowhere"] });
  assert.equal(await says(client, pod, "step-two", BEFORE), BEFORE);
  const { stdout } = await client.exec(pod, "step-two", script("beforestep-continue"));
  assert.equal(stdout, "Executing step 1...\n");
  assert.equal(verdict(await client.done(`${TEKTON}/taskruns`, name)).reason, "Succeeded");
  assert.match(await client.logs(pod, "step-two"), /debug-beforestep-fail-continue\ntwo\n$/);
  const { spec } = await client.json(`${CORE}/pods/${pod}`);
  assert.deepEqual(spec.containers[0].args, [
    ...["-wait_file", "/tekton/downward/ready", "-wait_file_content"],
    ...["-post_file", "/tekton/run/0/out", "-termination_path", "/tekton/termination"],
    ...["-step_metadata_dir", "/tekton/run/0/status", "-results", "r", "-breakpoint_on_failure"],
    ...["-entrypoint", "/tekton/scripts/script-0", "--"],
  ]);
  assert.deepEqual(spec.containers[1].args, [
    ...["-wait_file", "/tekton/run/0/out"],
    ...["-post_file", "/tekton/run/1/out", "-termination_path", "/tekton/termination"],
    ...["-step_metadata_dir", "/tekton/run/1/status", "-timeout", "100ms", "-results", "r"],
    ...["-breakpoint_on_failure", "-debug_before_step"],
    ...["-entrypoint", "/tekton/scripts/script-1", "--"],
  ]);
});

Deno.test("a step that the user fails before its work is not held again", async () => {
  await using client = await start();
  const { name, pod } = await debug(client, [
    step("bad", "echo ran; printf x > $(results.r.path)"),
    step("after", "ls /tekton/run/0"),
  ], { beforeSteps: ["bad"] });
  await says(client, pod, "step-bad", BEFORE);
  await client.exec(pod, "step-bad", script("beforestep-fail-continue"));
  const run = await client.done(`${TEKTON}/taskruns`, name);
  assert.equal(verdict(run).message, '"step-bad" exited with code 1: Error');
  assert.equal(run.status.results, undefined);
  const log = await client.logs(pod, "step-bad");
  assert.match(log, /waiting for \/tekton\/run\/0\/out\.beforestepexit : before step breakpoint/);
  assert.match(log, /Skipping execute step script because before step breakpoint fail-continue\n$/);
  const files = "out.beforestepexit.err\nout.err\nstatus\n";
  assert.equal(await client.logs(pod, "step-after"), files);
});

Deno.test("the entrypoint can write the files that release a step, even without a shell", async () => {
  await using client = await start();
  const image = { image: "localhost/no-shell:1" };
  const { name, pod } = await debug(client, [
    { name: "held", command: ["busybox", "false"], ...image },
    { name: "after", command: ["no-such-command"], ...image },
    step("last", "echo last"),
  ], { beforeSteps: ["held"] });
  await says(client, pod, "step-held", BEFORE);
  const refused = await client.exec(pod, "step-held", script("beforestep-continue"));
  assert.match(refused.status.message, /debug-beforestep-continue: no such file or directory/);
  const before = copy("/dev/null", "/tekton/run/0/out.beforestepexit");
  const { stderr } = await client.exec(pod, "step-held", before);
  assert.match(stderr, / Copied \/dev\/null to \/tekton\/run\/0\/out\.beforestepexit\n$/);
  await says(client, pod, "step-held", FAILED);
  // The next step waits for its own file, and an empty exit code means 0.
  await client.exec(pod, "step-held", copy("/dev/null", "/tekton/run/0/out.breakpointexit"));
  await says(
    client,
    pod,
    "step-held",
    "Breakpoint exiting with exit code \n" +
      'error occurred while reading breakpoint exit code : strconv.Atoi: parsing "": invalid syntax\n',
  );
  const isOver = (each: { status: { containerStatuses: { state: { terminated?: unknown } }[] } }) =>
    each.status.containerStatuses[0].state.terminated !== undefined;
  await client.until(`${CORE}/pods`, pod, isOver);
  await client.exec(pod, "step-after", copy("/dev/null", "/tekton/run/0/out"));
  assert.equal(await says(client, pod, "step-after", FAILED), FAILED);
  await client.exec(pod, "step-after", ["busybox", "sh", "-c", "echo 7 > seven"]);
  await client.exec(pod, "step-after", copy("/dev/null", "/tekton/run/1/out.err"));
  await client.exec(pod, "step-after", copy("seven", "/tekton/run/1/out.breakpointexit"));
  const run = await client.done(`${TEKTON}/taskruns`, name);
  assert.equal(verdict(run).message, '"step-after" exited with code 7: Error');
  assert.equal(await client.logs(pod, "step-last"), "last\n");
});

Deno.test("a step that exceeds its timeout is not held; cancelling the run ends a held step", async () => {
  await using client = await start();
  const { name, pod } = await debug(client, [
    step("slow", "sleep 60", { timeout: "50ms" }),
    step("bad", "exit 3"),
  ]);
  await says(client, pod, "step-bad", FAILED);
  assert.match(await client.logs(pod, "step-slow"), / context deadline exceeded\n$/);
  await client.patch(`${TEKTON}/taskruns/${name}`, { spec: { status: "TaskRunCancelled" } });
  const run = await client.done(`${TEKTON}/taskruns`, name);
  assert.equal(verdict(run).reason, "TaskRunCancelled");
  assert.equal(run.status.steps[0].terminationReason, "TimeoutExceeded");
});
