import assert from "node:assert/strict";
import { start, step, TEKTON, verdict } from "../support.ts";

/** A task with one inline step. */
function task(name: string, script: string, more: Record<string, unknown> = {}, spec = {}) {
  return { name, taskSpec: { steps: [step("run", script)], ...spec }, ...more };
}

const RESULT = { results: [{ name: "out" }] };
const write = (text: string) => `printf '${text}' > $(results.out.path)`;

Deno.test("results order tasks, and fill in params, scripts and the run's own results", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: {
      params: [{ name: "who", default: "world" }],
      results: [{ name: "all", value: "<$(tasks.first.results.out)>" }],
      tasks: [
        task("second", "echo $(params.value)", {
          params: [{ name: "value", value: "got $(tasks.first.results.out)" }],
        }, { params: [{ name: "value" }] }),
        task("first", write("$(params.who)"), {}, RESULT),
        task("third", "echo inline $(tasks.first.results.out)"),
      ],
    },
    params: [{ name: "who", value: "you" }],
  });
  assert.deepEqual(verdict(run), {
    status: "True",
    reason: "Succeeded",
    message: "Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0",
  });
  assert.deepEqual(run.status.results, [{ name: "all", value: "<you>" }]);
  const { name } = run.metadata;
  assert.equal(await client.logs(`${name}-second-pod`, "step-run"), "got you\n");
  assert.equal(await client.logs(`${name}-third-pod`, "step-run"), "inline you\n");
  const first = await client.json(`${TEKTON}/taskruns/${name}-first`);
  const { labels } = first.metadata;
  assert.equal(labels["tekton.dev/pipelineRun"], name);
  assert.equal(labels["tekton.dev/pipelineTask"], "first");
  assert.equal(labels["tekton.dev/pipeline"], name);
  assert.equal(labels["tekton.dev/memberOf"], "tasks");
});

Deno.test("an inline task sees the Pipeline's params, a referenced Task sees its own", async () => {
  await using client = await start();
  const params = [{ name: "revision", default: "task" }];
  const spec = { params, steps: [step("run", "echo $(params.revision)")] };
  await client.create(`${TEKTON}/tasks`, { metadata: { name: "by-ref" }, spec });
  const run = await client.runPipeline({
    pipelineSpec: {
      params: [{ name: "revision", default: "pipeline" }],
      tasks: [{ name: "inline", taskSpec: spec }, { name: "ref", taskRef: { name: "by-ref" } }],
    },
  });
  const { name } = run.metadata;
  assert.equal(await client.logs(`${name}-inline-pod`, "step-run"), "pipeline\n");
  assert.equal(await client.logs(`${name}-ref-pod`, "step-run"), "task\n");
});

Deno.test("params pass arrays and objects as a whole, by item and by key", async () => {
  await using client = await start();
  const types = [{ name: "list", type: "array" }, {
    name: "map",
    type: "object",
    properties: { a: {}, b: {} },
  }];
  const run = await client.runPipeline({
    pipelineSpec: {
      params: types,
      tasks: [{
        name: "x",
        params: [
          { name: "l", value: ["first", "$(params.list[*])"] },
          { name: "m", value: "$(params.map[*])" },
          { name: "s", value: '$(params["list"][1]) $(params.map.b)' },
        ],
        taskSpec: {
          params: [{ name: "l", type: "array" }, { ...types[1], name: "m" }, { name: "s" }],
          steps: [{
            name: "run",
            image: "x",
            command: ["echo"],
            args: ["$(params.l[*])", "$(params.m.a)", "$(params.s)"],
          }],
        },
      }],
    },
    params: [{ name: "list", value: ["p", "q"] }, { name: "map", value: { a: "1", b: "2" } }],
  });
  assert.equal(await client.logs(`${run.metadata.name}-x-pod`, "step-run"), "first p q 1 q 2\n");
});

Deno.test("after a failed task no other task starts, and finally runs with its status", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: {
      tasks: [task("bad", "exit 1"), task("next", "true", { runAfter: ["bad"] })],
      finally: [task("end", "echo $(params.s)", {
        params: [{ name: "s", value: "$(tasks.bad.status) $(tasks.next.status) $(tasks.status)" }],
      }, { params: [{ name: "s" }] })],
    },
  });
  assert.deepEqual(verdict(run), {
    status: "False",
    reason: "Failed",
    message: "Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1",
  });
  assert.deepEqual(run.status.skippedTasks, [{ name: "next", reason: "PipelineRun was stopping" }]);
  const log = await client.logs(`${run.metadata.name}-end-pod`, "step-run");
  assert.equal(log, "Failed None Failed\n");
});

Deno.test("when depends on a result; a task that only runs after a skipped one still runs", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: {
      tasks: [
        task("ask", write("no"), {}, RESULT),
        task("guarded", "true", {
          when: [{ input: "$(tasks.ask.results.out)", operator: "in", values: ["yes"] }],
        }),
        task("after", "true", { runAfter: ["guarded"] }),
      ],
    },
  });
  assert.equal(verdict(run).reason, "Completed");
  assert.equal(verdict(run).message, "Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 1");
  assert.equal(run.status.skippedTasks[0].reason, "When Expressions evaluated to false");
});

Deno.test("a missing result fails the validation of the task that uses it", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: {
      tasks: [
        task("silent", "true", {}, RESULT),
        task("consumer", "echo $(params.x)", {
          params: [{ name: "x", value: "$(tasks.silent.results.out)" }],
        }, { params: [{ name: "x" }] }),
      ],
    },
  });
  assert.equal(verdict(run).reason, "PipelineValidationFailed");
  assert.match(verdict(run).message, /Failed Validation: 1/);
});

Deno.test("a missing result of the Pipeline fails the run", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: {
      results: [{ name: "r", value: "$(tasks.silent.results.out)" }],
      tasks: [task("silent", "true", {}, RESULT)],
    },
  });
  assert.equal(verdict(run).reason, "CouldntGetPipelineResult");
});

Deno.test("tasks share one claim of a template, but not an emptyDir", async () => {
  await using client = await start();
  const ask = "cd /workspace; ls -A shared; echo --; ls -A $(workspaces.own.path)";
  const use = { workspaces: [{ name: "shared" }, { name: "own" }] };
  const run = await client.runPipeline({
    pipelineSpec: {
      ...use,
      tasks: [
        task("a", "touch /workspace/shared/x /workspace/own/y", use, use),
        task("b", ask, { ...use, runAfter: ["a"] }, use),
      ],
    },
    workspaces: [{ name: "shared", volumeClaimTemplate: { spec: {} } }, {
      name: "own",
      emptyDir: {},
    }],
  });
  const log = await client.logs(`${run.metadata.name}-b-pod`, "step-run");
  assert.equal(log, "x\n--\n");
});

for (const status of ["Cancelled", "CancelledRunFinally"]) {
  Deno.test(`${status} ends the running task, and finally runs if the status says so`, async () => {
    await using client = await start();
    const { metadata: { name } } = await client.startPipeline({
      pipelineSpec: {
        tasks: [task("slow", "sleep 60"), task("next", "true", { runAfter: ["slow"] })],
        finally: [task("end", "echo bye")],
      },
    });
    await client.runningPod(`${name}-slow`);
    await client.patch(`${TEKTON}/pipelineruns/${name}`, { spec: { status } });
    const run = await client.done(`${TEKTON}/pipelineruns`, name);
    assert.deepEqual(verdict(run), {
      status: "False",
      reason: "Cancelled",
      message: `PipelineRun "${name}" was cancelled`,
    });
    const slow = await client.done(`${TEKTON}/taskruns`, `${name}-slow`);
    assert.equal(verdict(slow).reason, "TaskRunCancelled");
    const end = await client.request(`${TEKTON}/taskruns/${name}-end`);
    assert.equal(end.status, status === "Cancelled" ? 404 : 200);
  });
}

Deno.test("StoppedRunFinally lets the running task end", async () => {
  await using client = await start();
  const { metadata: { name } } = await client.startPipeline({
    pipelineSpec: {
      tasks: [
        task("slow", "mkfifo ~/go; cat ~/go"),
        task("next", "true", { runAfter: ["slow"] }),
      ],
    },
  });
  await client.runningPod(`${name}-slow`);
  await client.patch(`${TEKTON}/pipelineruns/${name}`, { spec: { status: "StoppedRunFinally" } });
  const script = "until [ -p ~/go ]; do :; done; echo > ~/go";
  await client.exec(`${name}-slow-pod`, "step-run", ["sh", "-c", script]);
  const run = await client.done(`${TEKTON}/pipelineruns`, name);
  assert.equal(verdict(run).reason, "Cancelled");
  assert.equal(run.status.skippedTasks[0].reason, "PipelineRun was gracefully stopped");
});

Deno.test("a run that exceeds its timeout ends with its tasks", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: { tasks: [task("slow", "sleep 60")] },
    timeouts: { pipeline: "300ms" },
  });
  assert.equal(verdict(run).reason, "PipelineRunTimeout");
  const slow = await client.done(`${TEKTON}/taskruns`, `${run.metadata.name}-slow`);
  assert.match(verdict(slow).message, /the PipelineRun it belongs to has timed out/);
});

Deno.test("tasks are retried, and a failure may be ignored", async () => {
  await using client = await start();
  const run = await client.runPipeline({
    pipelineSpec: {
      tasks: [
        task("twice", '[ "$(context.task.retry-count)" = 1 ]', { retries: 1 }),
        task("ignored", "exit 1", { onError: "continue" }),
        task("after", "true", { runAfter: ["ignored"] }),
      ],
    },
  });
  assert.deepEqual(verdict(run), {
    status: "True",
    reason: "Succeeded",
    message: "Tasks Completed: 3 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0",
  });
});

Deno.test("a missing object fails the run with Tekton's reason", async () => {
  await using client = await start();
  const reason = async (spec: unknown) => verdict(await client.runPipeline(spec)).reason;
  assert.equal(await reason({ pipelineRef: { name: "nope" } }), "CouldntGetPipeline");
  const ref = { tasks: [{ name: "a", taskRef: { name: "nope" } }] };
  assert.equal(await reason({ pipelineSpec: ref }), "CouldntGetTask");
  const tasks = [task("a", "true")];
  assert.equal(
    await reason({ pipelineSpec: { params: [{ name: "p" }], tasks } }),
    "ParameterMissing",
  );
  const typed = {
    pipelineSpec: { params: [{ name: "p" }], tasks },
    params: [{ name: "p", value: [] }],
  };
  assert.equal(await reason(typed), "ParameterTypeMismatch");
  const workspaces = [{ name: "w" }];
  assert.equal(await reason({ pipelineSpec: { workspaces, tasks } }), "InvalidWorkspaceBindings");
  const unknown = [...tasks, task("b", "echo $(tasks.a.results.nope)")];
  assert.equal(await reason({ pipelineSpec: { tasks: unknown } }), "InvalidTaskResultReference");
});

Deno.test("deleting a run deletes its TaskRuns and pods and ends their processes", async () => {
  await using client = await start();
  const { metadata: { name } } = await client.startPipeline({
    pipelineSpec: { tasks: [task("slow", "echo $$; sleep 60")] },
  });
  await client.runningPod(`${name}-slow`);
  const log = await client.request(
    `/api/v1/namespaces/default/pods/${name}-slow-pod/log?follow=true`,
  );
  const reader = log.body!.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number((await reader.read()).value);
  await client.json(`${TEKTON}/pipelineruns/${name}`, { method: "DELETE" });
  assert.equal((await client.request(`${TEKTON}/taskruns/${name}-slow`)).status, 404);
  assert.equal((await reader.read()).done, true); // the log ends with the process
  await assert.rejects(Deno.stat(`/proc/${pid}/exe`), Deno.errors.NotFound);
});
