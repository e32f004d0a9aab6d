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
import { withoutErasing } from "../../support/screen.ts";
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
  const shown = withoutErasing(host.terminal.stderr);
  assert.match(shown, /app-pr .*pull_request {2}\/tree\/.tekton\/pull-request.yaml/);
  assert.match(shown, /Run: app-push\r\n/);
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
  return await uploadOn(hostOf({ "here.txt": "x", ...files }), ...argv);
}

async function uploadOn(host: FakeHost, ...argv: string[]) {
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

const CLONE = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: git-clone }
spec: { workspaces: [{ name: output }], steps: [{ name: s, image: i, script: git clone x }] }
`;

/** A run of the Pipeline "build", with the annotations of Pipelines-as-Code. */
function runOf(annotations: Record<string, string>, more = {}): string {
  const keyed = Object.entries(annotations)
    .map(([key, value]) => [`pipelinesascode.tekton.dev/${key}`, value]);
  const metadata = { name: "a", annotations: Object.fromEntries(keyed), ...more };
  return JSON.stringify({
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata,
    spec: { pipelineRef: { name: "build" }, workspaces: [{ name: "w", emptyDir: {} }] },
  });
}

function pipelineOf(annotations: Record<string, string> = {}): string {
  return JSON.stringify({
    apiVersion: "tekton.dev/v1",
    kind: "Pipeline",
    metadata: { name: "build", annotations },
    spec: {
      workspaces: [{ name: "w" }],
      tasks: [{
        name: "fetch",
        taskRef: { name: "git-clone" },
        workspaces: [{ name: "output", workspace: "w" }],
      }],
    },
  });
}

const HERE = ["-f", "/tree/run.yaml", "/tree", "--resolve-here"];
const TASK = "pipelinesascode.tekton.dev/task";

Deno.test("the Tasks that a Pipeline's own annotations name are found, beside its URL", async () => {
  const host = hostOf({ "run.yaml": runOf({ pipeline: "https://x.test/ci/p.yaml" }) });
  host.pages["https://x.test/ci/p.yaml"] = pipelineOf({ [TASK]: "tasks/clone.yaml" });
  host.pages["https://x.test/ci/tasks/clone.yaml"] = CLONE;
  const { code, stdout, stderr } = await uploadOn(host, ...HERE);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /name: fetch\n/);
});

Deno.test("the annotations of a Pipeline in a file name paths in the repository", async () => {
  const { code, stderr } = await upload(
    {
      ".tekton/run.yaml": runOf({ "on-event": "push" }),
      ".tekton/pipeline.yaml": pipelineOf({ [TASK]: "[ci/clone.yaml]" }),
      "ci/clone.yaml": CLONE,
    },
    "-f",
    "/tree/.tekton/run.yaml",
    "/tree",
  );
  assert.equal(code, 0, stderr);
});

Deno.test("the page of a forge about a file means the file", async () => {
  const task = "https://github.com/acme/ci/blob/main/clone.yaml";
  const host = hostOf({ "run.yaml": runOf({ task }), "p.yaml": pipelineOf() });
  host.pages["https://github.com/acme/ci/raw/main/clone.yaml"] = CLONE;
  const { code, stderr } = await uploadOn(host, ...HERE, "-f", "/tree/p.yaml");
  assert.equal(code, 0, stderr);
});

Deno.test("a name of an annotation is a hub's, also for a Task of another name", async () => {
  const host = hostOf({ "run.yaml": runOf({ task: "acme-clone:0.1" }), "p.yaml": pipelineOf() });
  const url = "https://artifacthub.io/api/v1/packages/tekton-task/tekton-catalog-tasks/acme-clone";
  host.onRequest = (asked) =>
    asked === url
      ? Response.json({ available_versions: [{ version: "0.1.0" }, { version: "0.2.0" }] })
      : asked === `${url}/0.1.0`
      ? Response.json({ data: { manifestRaw: CLONE } })
      : undefined;
  const { code, stderr } = await uploadOn(host, ...HERE, "-f", "/tree/p.yaml");
  assert.equal(code, 0, stderr);
});

Deno.test("a run that names another namespace starts in that of the command line", async () => {
  const files = {
    "run.yaml": runOf({ "on-event": "push" }, { namespace: "team" }),
    "p.yaml": pipelineOf() + "\n---" + CLONE,
  };
  const line = ["-f", "/tree/run.yaml", "-f", "/tree/p.yaml", "/tree"];
  const refused = await upload(files, ...line);
  assert.match(refused.stderr, /it says namespace "team" itself\nHint: -n team\n/);
  const { code, stderr } = await upload(files, ...line, "-n", "default");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Note: The PipelineRun says namespace team, and starts in default by/);
});

Deno.test("a login to git that Pipelines-as-Code would make has two ways out", async () => {
  const secret = "{{ git_auth_secret }}";
  const login = `{"name":"git-auth","secret":{"secretName":"${secret}"}}`;
  const run = runOf({ "on-event": "push" }).replace('"workspaces":[', `$&${login},`);
  const pipeline = pipelineOf().replace('"workspaces":[', '$&{"name":"git-auth"},');
  const files = { "run.yaml": run, "p.yaml": pipeline + "\n---" + CLONE };
  const line = ["-f", "/tree/run.yaml", "-f", "/tree/p.yaml", "/tree"];
  const { stderr } = await upload(files, ...line);
  assert.match(stderr, /Hint: -p git_auth_secret=VALUE; -w name=git-auth,emptyDir= for a run that/);
  assert.equal((await upload(files, ...line, "-w", "name=git-auth,emptyDir=")).code, 0);
});
