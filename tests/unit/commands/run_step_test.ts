import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { options, run } from "../../../src/commands/run_step.ts";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { refusal, rejection } from "../../support/refusal.ts";
import { tree } from "../../support/tree_text.ts";
import "../../support/no_env.ts";

const optionsOf = (...argv: string[]) => options(parse(["taskrun", "run", "r", ...argv], PROGRAM));

const refused = (...argv: string[]) => refusal(() => optionsOf(...argv));

Deno.test("--watch takes a directory and how saves count", () => {
  const { watch, step } = optionsOf("run", "src", "--watch=queue", "--trace", "--clean");
  assert.equal(step, "run");
  assert.deepEqual(watch?.turns, { saves: "queue", trace: true, clean: true });
  assert.deepEqual([watch?.directory, watch?.hasDirectory], ["src", true]);
  assert.equal(optionsOf("--watch").watch?.turns.saves, "restart");
  assert.equal(optionsOf().watch, undefined);
});

Deno.test("flags that only --watch has are refused without it", () => {
  assert.equal(refused("--trace"), "Cannot use --trace: nothing is watched\nadd --watch");
  assert.equal(refused("--clean"), "Cannot use --clean: nothing is watched\nadd --watch");
  assert.equal(
    refused("--ignore", "x"),
    "Cannot use --ignore without --watch: nothing is sent\nadd --watch",
  );
  assert.equal(
    refused("run", "src"),
    "Cannot use src without --watch: nothing is sent\nadd --watch",
  );
});

Deno.test("--watch excludes other ways to run, and other modes", () => {
  assert.match(refused("--watch", "--continue"), /^Cannot run: --continue and --watch exclude/);
  assert.match(refused("--watch", "--edit"), /^Cannot run: --edit and --watch exclude/);
  assert.match(refused("--watch=ahead"), /^Cannot watch as --watch="ahead": no such mode/);
});

Deno.test("--watch without a terminal is refused, since no key could end it", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")));
  const message = await rejection(run(host, optionsOf("--watch")), UsageError);
  assert.match(message, /^Cannot watch: stdin is not a terminal, so no key could end it\n/);
});

Deno.test("the held steps are looked up once, also for a word that is a step or a directory", async () => {
  const kube = new FakeKube();
  kube.put<TaskRun>(TASK_RUNS, { metadata: { name: "r" }, spec: {} });
  const reads: string[] = [];
  kube.onRead = (read) => void reads.push(read);
  const host = new FakeHost(new MemoryFiles(tree("file a x")), kube);
  host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  const message = await rejection(run(host, optionsOf("tree", "--watch")), ClusterError);
  assert.match(message, /^Cannot find a held step of TaskRun "r": no step is held\n/);
  assert.deepEqual(reads, ["get TaskRun r", "list Pods"]);
});
