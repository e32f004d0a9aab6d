/** Choosing runs of files, with a file system and a terminal in memory. */
import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { chooseTektonRun } from "../../../src/commands/files/tekton_runs.ts";
import { options as runOptions } from "../../../src/commands/run_upload.ts";
import { app } from "../../../src/app.ts";
import { Interrupted, UsageError } from "../../../src/errors.ts";
import { PIPELINE_RUNS } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { refusal, rejection } from "../../support/refusal.ts";
import { file } from "../../support/tree_text.ts";

function run(name: string, event: string, more = ""): string {
  return `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: ${name}
  annotations: { pipelinesascode.tekton.dev/on-event: "[${event}]" }
spec: { pipelineSpec: { tasks: [] } }
${more}`;
}

const TWO = {
  ".tekton/pull-request.yaml": run("app-pr", "pull_request"),
  ".tekton/push.yaml": run("app-push", "push"),
  ".tekton/broken.yaml": "kind: [",
};

const FLAGS = { noInput: false, color: false };

function hostOf(files: Record<string, string>): FakeHost {
  const nodes = Object.entries(files).map(([path, text]) => file(path, text));
  return new FakeHost(new MemoryFiles(nodes), new FakeKube());
}

Deno.test("the only run of .tekton needs no choice", async () => {
  const host = hostOf({ ".tekton/a.yml": run("a", "push") });
  assert.equal((await chooseTektonRun(host, "/tree", FLAGS)).run.metadata.name, "a");
  assert.equal(host.terminal.stderr, "");
});

Deno.test("without a terminal, several runs are listed with the lines to type", async () => {
  assert.equal(
    await rejection(chooseTektonRun(hostOf(TWO), "/tree", FLAGS), UsageError),
    'Cannot choose what to run on "/tree": /tree/.tekton has several runs\n' +
      "one of: tkn-dev pipelinerun upload -f /tree/.tekton/pull-request.yaml /tree; " +
      "tkn-dev pipelinerun upload -f /tree/.tekton/push.yaml /tree",
  );
});

Deno.test("on a terminal, the user chooses by a part of the text", async () => {
  const host = hostOf(TWO);
  host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  host.terminal.stdin = "push.y\r";
  const { run, from } = await chooseTektonRun(host, "/tree", FLAGS);
  assert.deepEqual([run.metadata.name, from], ["app-push", "/tree/.tekton/push.yaml"]);
  assert.match(host.terminal.stderr, /app-pr .*pull_request {2}\/tree\/.tekton\/pull-request.yaml/);
  assert.match(host.terminal.stderr, /Run: app-push\r\n/);
  assert.equal(host.terminal.isRaw, false);
});

Deno.test("with --no-input nothing is asked on a terminal", async () => {
  const host = hostOf(TWO);
  host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  const choosing = chooseTektonRun(host, "/tree", { ...FLAGS, noInput: true });
  assert.match(await rejection(choosing, UsageError), /has several runs/);
});

Deno.test("Ctrl-C at the choice interrupts", async () => {
  const host = hostOf(TWO);
  host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  host.terminal.stdin = "\x03";
  await rejection(chooseTektonRun(host, "/tree", FLAGS), Interrupted);
});

Deno.test("without .tekton, the hint names the other commands", async () => {
  assert.match(
    await rejection(chooseTektonRun(hostOf({ a: "" }), "/tree", FLAGS), UsageError),
    /^Cannot choose what to run on "\/tree": it has no \.tekton\ntkn-dev pipeline upload PIPELINE/,
  );
});

Deno.test("flags of a new run need -f, and --continue a held one", () => {
  const parsed = (...argv: string[]) => () => runOptions(parse(["pr", "upload", ...argv], PROGRAM));
  assert.equal(
    refusal(parsed("r", ".", "-p", "a=b")),
    "Cannot use --param on a run that exists already\n" +
      "leave it out, or add -f FILE to start a new run",
  );
  assert.match(refusal(parsed("-f", "x.yaml", "--continue")), /^Cannot use --continue with -f/);
  assert.match(
    refusal(parsed("-f", "x.yaml", "--last")),
    /^Cannot use --filename and --last together/,
  );
  assert.match(refusal(parsed("-f", "-", "--watch")), /^Cannot watch with -f -/);
  assert.match(refusal(parsed("-f", "-", "-f", "-")), /^Cannot read stdin twice/);
});

async function upload(files: Record<string, string>, ...argv: string[]) {
  const host = hostOf({ "here.txt": "x", ...files });
  host.clock.isAutomatic = true;
  const code = await app(["pr", "upload", ...argv, "--dry-run"], host);
  const runs = await (await host.connect({})).list(PIPELINE_RUNS, { namespace: "default" });
  assert.equal(runs.length, 0);
  return { code, ...host.terminal };
}

Deno.test("a file without a run of the kind, or with several, says what to type", async () => {
  const pipeline = "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: { name: p }\nspec: {}\n";
  const { code, stderr } = await upload({ "p.yaml": pipeline }, "-f", "/tree/p.yaml", "/tree");
  assert.equal(code, 2);
  assert.match(stderr, /Cannot find a PipelineRun in "\/tree\/p\.yaml": it has no such object/);
  assert.match(stderr, /Hint: it has a Pipeline: tkn-dev pipeline upload -f \/tree\/p\.yaml/);
  const two = { "two.yaml": `${run("a", "push")}---${run("b", "push")}` };
  const several = await upload(two, "-f", "/tree/two.yaml", "/tree");
  assert.match(several.stderr, /Hint: name one, as in .* a \.; they are: a, b/);
  const other = await upload(two, "-f", "/tree/two.yaml", "c", "/tree");
  assert.match(other.stderr, /Cannot find PipelineRun "c" in "\/tree\/two\.yaml": no run has this/);
});

Deno.test("annotations that nothing resolves are listed with what to type", async () => {
  const tasks = "{ name: t, taskRef: { name: no-hub } }";
  const text = run("a", "push").replace("tasks: []", `tasks: [${tasks}]`).replace(
    "on-event:",
    'task: "[no-hub:1.0, ../out.yaml, https://example.com/t.yaml]", ' +
      "pipelinesascode.tekton.dev/on-event:",
  );
  const { code, stderr } = await upload(
    { "f.yaml": text },
    "-f",
    "/tree/f.yaml",
    "/tree",
    "--resolve-here",
  );
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^Error: Cannot find what the annotations of PipelineRun "a" name: /m);
  assert.match(stderr, /Task no-hub:1\.0 \(.*\), Task \.\.\/out\.yaml \(it is outside/);
  assert.match(
    stderr,
    /Hint: .*tkn pac resolve -f \/tree\/f\.yaml \| tkn-dev pipelinerun upload -f/,
  );
});

Deno.test("annotations of a run that has everything inline are not followed", async () => {
  const inline = "{ name: fetch, taskSpec: { workspaces: [{ name: w }], " +
    "steps: [{ name: s, image: i, script: git clone x }] } }";
  const text = run("a", "push").replace("tasks: []", `tasks: [${inline}]`)
    .replace("spec: {", "spec: { workspaces: [{ name: w, emptyDir: {} }],")
    .replace("on-event:", "task: no-hub, pipelinesascode.tekton.dev/on-event:");
  const { code, stdout, stderr } = await upload({ "f.yaml": text }, "-f", "/tree/f.yaml", "/tree");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /generateName: a-/);
});
