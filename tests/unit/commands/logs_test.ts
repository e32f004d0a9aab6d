import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { options, run } from "../../../src/commands/logs.ts";
import { ClusterError, OutputError, UsageError } from "../../../src/errors.ts";
import { PODS } from "../../../src/kube/interface.ts";
import {
  LABEL,
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  TASK_RUNS,
  type TaskRun,
} from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { TASK_NAME } from "../../../src/tekton/task_name.ts";
import { FileError } from "../../../src/host.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { withoutErasing } from "../../support/screen.ts";
import { refusal, rejection } from "../../support/refusal.ts";
import { ended } from "../run/stage.ts";

/** A cluster with ended runs, and the command line on it. */
class Stage {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(undefined, this.kube);

  pipelineRun(name: string, tasks: Record<string, boolean>, pipeline = "p"): void {
    const succeeded = Object.values(tasks).every(Boolean);
    this.kube.put<PipelineRun>(PIPELINE_RUNS, {
      metadata: { name, labels: { [LABEL.pipeline]: pipeline }, creationTimestamp: this.#now() },
      spec: {},
      status: {
        ...ended(succeeded, succeeded ? "Succeeded" : "Failed"),
        pipelineSpec: {
          tasks: Object.keys(tasks).map((task) => ({ name: task, displayName: `The ${task}` })),
        },
      },
    });
    for (const [task, isGood] of Object.entries(tasks)) {
      const labels = { [LABEL.pipelineRun]: name, [LABEL.pipelineTask]: task };
      this.taskRun(`${name}-${task}`, { labels, succeeded: isGood });
    }
  }

  taskRun(name: string, { labels = {}, succeeded = true, steps = ["a", "b"] } = {}): void {
    const status = ended(succeeded, succeeded ? "Succeeded" : "Failed");
    const creationTimestamp = this.#now();
    this.kube.put<TaskRun>(TASK_RUNS, {
      metadata: { name, labels, creationTimestamp },
      spec: {},
      status: { ...status, podName: `${name}-pod` },
    });
    const names = ["prepare", ...steps.map((step) => `step-${step}`)];
    const states = names.map((name) => ({ name, state: { terminated: { exitCode: 0 } } }));
    this.kube.put<Pod>(PODS, {
      metadata: {
        name: `${name}-pod`,
        creationTimestamp,
        labels: { ...labels, [LABEL.taskRun]: name },
      },
      spec: {
        initContainers: [{ name: "prepare" }],
        containers: steps.map((step) => ({ name: `step-${step}` })),
      },
      status: {
        phase: "Succeeded",
        containerStatuses: states.slice(1),
        initContainerStatuses: states.slice(0, 1),
      },
    });
    for (const container of names) {
      const log = this.kube.log(`${name}-pod`, container);
      log.say(`${name} ${container}`);
      log.end();
    }
  }

  /** Runs the command line; returns the exit code, and the lines of stdout. */
  async logs(line: string): Promise<{ code: number; lines: string[] }> {
    this.host.terminal.stdout = "";
    const code = await run(this.host, options(parse(line.split(" "), PROGRAM)));
    return { code, lines: this.host.terminal.stdout.split("\n").slice(0, -1) };
  }

  #seconds = 0;

  #now(): string {
    return `2026-01-02T03:04:${`${this.#seconds++}`.padStart(2, "0")}Z`;
  }
}

Deno.test("tasks and steps are chosen by name", async () => {
  const stage = new Stage();
  stage.pipelineRun("r", { one: true, two: true });
  const all = await stage.logs("pr logs r");
  assert.deepEqual(all.lines, [
    "[one : a] r-one step-a",
    "[one : b] r-one step-b",
    "[two : a] r-two step-a",
    "[two : b] r-two step-b",
  ]);
  assert.deepEqual((await stage.logs("pr logs r -t two,one -t one")).lines, all.lines);
  assert.deepEqual((await stage.logs("pr logs r -t two -s a")).lines, ["[two : a] r-two step-a"]);
  assert.deepEqual((await stage.logs("pr logs r -s one/b")).lines, ["[one : b] r-one step-b"]);
  assert.deepEqual((await stage.logs("tr logs r-one --step b")).lines, ["[b] r-one step-b"]);
});

Deno.test("a chosen task without a TaskRun is noted with the reason", async () => {
  const stage = new Stage();
  stage.kube.put<PipelineRun>(PIPELINE_RUNS, {
    metadata: { name: "r" },
    spec: {},
    status: {
      ...ended(false, "Failed"),
      pipelineSpec: { tasks: ["a", "b"].map((name) => ({ name })) },
      skippedTasks: [{ name: "a", reason: "When Expressions evaluated to false" }],
    },
  });
  stage.kube.put<PipelineRun>(PIPELINE_RUNS, {
    metadata: { name: "running" },
    spec: { pipelineSpec: { tasks: [{ name: "a" }] } },
  });
  assert.deepEqual(await stage.logs("pr logs r -t a,b"), { code: 0, lines: [] });
  assert.equal(
    stage.host.terminal.stderr,
    "Note: Task a has no logs, it was skipped: When Expressions evaluated to false\n" +
      "Note: Task b has no logs, it did not run\n\nPipelineRun r failed\n",
  );
  await stage.logs("pr logs running -t a");
  assert.match(stage.host.terminal.stderr, /Note: Task a has no logs, it has not started\n$/);
});

Deno.test("an unknown task or step is refused with a list of those there are", async () => {
  const stage = new Stage();
  stage.pipelineRun("r", { one: true, two: true });
  assert.equal(
    await rejection(stage.logs("pr logs r -t tow"), UsageError),
    'Cannot show task "tow": PipelineRun "r" has no such task\nits tasks: one, two',
  );
  assert.equal(
    await rejection(stage.logs("tr logs r-one -s c"), UsageError),
    'Cannot show step "c": TaskRun "r-one" has no such step\nits steps: a, b',
  );
});

Deno.test("lines have times, display names, or no prefix", async () => {
  const stage = new Stage();
  stage.pipelineRun("r", { one: true });
  const first = async (flags: string) => (await stage.logs(`pr logs r -s a ${flags}`)).lines[0];
  const time = "2026-01-02T03:04:00.000000000Z";
  assert.equal(await first("--timestamps"), `[one : a] ${time} r-one step-a`);
  assert.equal(await first("--timestamps --prefix=false"), `${time} r-one step-a`);
  assert.equal(await first("--prefix=false"), "r-one step-a");
  assert.equal(await first("--long"), "[The one : a] r-one step-a");
  assert.equal((await stage.logs("tr logs r-one -t")).lines[0], `[a] ${time} r-one step-a`);
});

Deno.test("all logs include those of Tekton's init containers", async () => {
  const stage = new Stage();
  stage.taskRun("r");
  assert.deepEqual((await stage.logs("tr logs r -a")).lines, [
    "[prepare] r prepare",
    "[a] r step-a",
    "[b] r step-b",
  ]);
  assert.deepEqual((await stage.logs("tr logs r -a -f")).lines, [
    "[prepare] r prepare",
    "[a] r step-a",
    "[b] r step-b",
  ]);
});

Deno.test("only failed tasks are shown; if no task failed, the exit code is 1", async () => {
  const stage = new Stage();
  stage.pipelineRun("bad", { one: true, two: false });
  const failed = ["[two : a] bad-two step-a", "[two : b] bad-two step-b"];
  assert.deepEqual(await stage.logs("pr logs bad --log-failed"), { code: 0, lines: failed });
  assert.deepEqual(await stage.logs("pr logs bad --log-failed -f"), { code: 1, lines: failed });
  stage.pipelineRun("good", { one: true });
  assert.deepEqual(await stage.logs("pr logs good --log-failed"), { code: 1, lines: [] });
  assert.match(stage.host.terminal.stderr, /^Note: No task of PipelineRun good has failed$/m);
});

Deno.test("with -E the exit code is that of the run, 2 if it has not ended", async () => {
  const stage = new Stage();
  stage.pipelineRun("bad", { one: false });
  stage.pipelineRun("good", { one: true });
  stage.kube.put<TaskRun>(TASK_RUNS, { metadata: { name: "new" }, spec: {} });
  assert.equal((await stage.logs("pr logs bad")).code, 0);
  assert.equal((await stage.logs("pr logs bad -E")).code, 1);
  assert.equal((await stage.logs("pr logs good -E")).code, 0);
  assert.equal((await stage.logs("tr logs new -E")).code, 2);
});

Deno.test("without a name, the only run or the last one is shown", async () => {
  const stage = new Stage();
  stage.pipelineRun("p-1", { one: true });
  assert.equal((await stage.logs("pr logs")).lines[0], "[one : a] p-1-one step-a");
  stage.pipelineRun("q-1", { one: true }, "q");
  stage.pipelineRun("p-2", { one: true });
  assert.equal((await stage.logs("pr logs -L")).lines[0], "[one : a] p-2-one step-a");
  assert.equal((await stage.logs("pr logs --limit 1")).lines[0], "[one : a] p-2-one step-a");
  assert.equal((await stage.logs("pipeline logs q")).lines[0], "[one : a] q-1-one step-a");
  assert.equal((await stage.logs("p logs p -L")).lines[0], "[one : a] p-2-one step-a");
  assert.equal((await stage.logs("p logs p p-1")).lines[0], "[one : a] p-1-one step-a");
});

Deno.test("runs of a Task are found by Tekton's label and by tkn-dev's", async () => {
  const stage = new Stage();
  stage.taskRun("t-1", { labels: { [LABEL.task]: "t" } });
  stage.taskRun("u-1", { labels: { [LABEL.task]: "u" } });
  assert.equal((await stage.logs("task logs t")).lines[0], "[a] t-1 step-a");
  stage.taskRun("t-2", { labels: { [TASK_NAME]: "t" } });
  assert.equal((await stage.logs("task logs t --last")).lines[0], "[a] t-2 step-a");
});

Deno.test("without a terminal to choose on, the error lists the last runs", async () => {
  const stage = new Stage();
  for (let at = 1; at <= 7; at++) stage.taskRun(`r-${at}`, { succeeded: at !== 6 });
  const [message, hint, ...runs] =
    (await rejection(stage.logs("tr logs -n default --limit 2"), UsageError)).split("\n");
  assert.match(message, /^Cannot show the logs of a TaskRun: RUN is missing/);
  assert.equal(hint, "tkn-dev taskrun logs r-7 -n default, or --last; the runs are:");
  assert.deepEqual(runs.map((line) => line.replace(/started .*/, "")), [
    "r-7, Succeeded, ",
    "r-6, Failed, ",
  ]);
});

Deno.test("on a terminal a run is chosen from a list", async () => {
  const stage = new Stage();
  for (const name of ["r-1", "r-2", "r-3"]) stage.taskRun(name);
  stage.host.terminal.isTerminal = { stdin: true, stdout: false, stderr: true };
  stage.host.terminal.stdin = "r-2\r";
  stage.host.variables.NO_COLOR = "1";
  assert.equal((await stage.logs("tr logs")).lines[0], "[a] r-2 step-a");
  const shown = withoutErasing(stage.host.terminal.stderr);
  assert.match(shown, /> r-3 .*\r\n {2}r-2 .*\r\n {2}r-1 /);
  assert.match(shown, /Run: r-2\r\n/);
  await rejection(stage.logs("tr logs --no-input"), UsageError);
});

Deno.test("on a terminal the Pipeline is asked for, elsewhere its name is missing", async () => {
  const stage = new Stage();
  stage.pipelineRun("q-1", { one: true }, "q");
  stage.pipelineRun("p-1", { one: true });
  const missing = /^Cannot run "tkn-dev (pipeline|task) logs": (PIPELINE|TASK) is missing\n/;
  for (const line of ["pipeline logs", "task logs", "p logs -L"]) {
    assert.match(await rejection(stage.logs(line), UsageError), missing);
  }
  for (const name of ["p", "q"]) {
    stage.kube.put<Pipeline>(PIPELINES, { metadata: { name }, spec: { tasks: [] } });
  }
  stage.host.terminal.isTerminal = { stdin: true, stdout: false, stderr: true };
  stage.host.terminal.stdin = "q\r";
  assert.deepEqual((await stage.logs("pipeline logs")).lines, [
    "[one : a] q-1-one step-a",
    "[one : b] q-1-one step-b",
  ]);
  assert.match(withoutErasing(stage.host.terminal.stderr), /Pipeline: .*q/);
  assert.match(await rejection(stage.logs("pipeline logs --no-input"), UsageError), missing);
});

Deno.test("a namespace without runs is an error, and so is a limit of none", async () => {
  const stage = new Stage();
  assert.match(
    await rejection(stage.logs("pipeline logs p"), ClusterError),
    /^Cannot show logs: no PipelineRun of Pipeline "p" in namespace "default"\n/,
  );
  for (const limit of ["0", "-1", "x", ""]) {
    const call = parse(["pr", "logs", `--limit=${limit}`], PROGRAM);
    assert.equal(
      refusal(() => options(call)),
      `Cannot read --limit "${limit}": it is not a positive number\n--limit 5`,
    );
  }
});

Deno.test("events are lines of JSON, with the time of each line", async () => {
  const stage = new Stage();
  stage.pipelineRun("r", { one: true });
  const { lines } = await stage.logs("pr logs r -f --events -s a");
  const [log, ended] = lines.map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.deepEqual(log, {
    version: 1,
    at: new Date(stage.host.clock.now()).toISOString(),
    kind: "log",
    task: "one",
    displayName: "The one",
    step: "a",
    line: "r-one step-a",
    time: "2026-01-02T03:04:00.000000000Z",
  });
  assert.equal(ended.outcome.succeeded, true);
  assert.deepEqual((await stage.logs("pr logs r --events -s a")).lines, lines);
});

Deno.test("a followed run is written as a JUnit report", async () => {
  const stage = new Stage();
  stage.pipelineRun("r", { one: false });
  assert.equal((await stage.logs("pr logs r -f --junit /out.xml")).code, 1);
  assert.match((await stage.host.files.readText("/out.xml"))!, /<testsuite name="PipelineRun r"/);
  assert.match(
    refusal(() => options(parse(["pr", "logs", "r", "--junit", "x"], PROGRAM))),
    /^Cannot write --junit: the run is not followed to its end\nadd --follow$/,
  );
  stage.host.files.writeText = (path) => Promise.reject(new FileError(path, "permission denied"));
  assert.match(
    await rejection(stage.logs("pr logs r -f --junit /out.xml"), OutputError),
    /^Cannot write "\/out\.xml": permission denied\n/,
  );
});

Deno.test("the logs of a run that failed end with the reason, on stderr; those of another do not", async () => {
  const stage = new Stage();
  stage.pipelineRun("r", { one: true, two: false });
  const status = ended(false, "Failed", "two: exit code 3");
  const steps = [{ name: "a", terminated: { exitCode: 3, reason: "Error" } }];
  await stage.kube.patch(TASK_RUNS, "default", "r-two", { status: { ...status, steps } });
  const { code, lines } = await stage.logs("pr logs r -s a");
  assert.deepEqual([code, lines.length], [0, 2]);
  assert.equal(
    stage.host.terminal.stderr,
    "\n✗ two  failed\n  step a: exit code 3\n  two: exit code 3\n\nPipelineRun r failed\n",
  );
  stage.pipelineRun("good", { one: true });
  stage.host.terminal.stderr = "";
  await stage.logs("pr logs good");
  assert.equal(stage.host.terminal.stderr, "");
});
