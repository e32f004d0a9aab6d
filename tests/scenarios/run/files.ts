/** Runs and definitions out of files, plain ones and those of Pipelines-as-Code. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS } from "../../../src/tekton/model.ts";
import { runCount } from "../../support/cluster.ts";
import { type Ran, tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";

/** The Task is in a file of .tekton, the clone on the cluster. */
const PULL_REQUEST = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: t-pull-request
  labels: { team: a, pipelinesascode.tekton.dev/state: queued }
  annotations:
    pipelinesascode.tekton.dev/on-event: "[pull_request]"
    pipelinesascode.tekton.dev/on-target-branch: "[main]"
    pipelinesascode.tekton.dev/task: ".tekton/tasks/look.yaml"
    pipelinesascode.tekton.dev/max-keep-runs: "5"
spec:
  params:
    - { name: url, value: {{ repo_url }} }
    - { name: says, value: "{{ event_type }} {{source_branch}} to {{ target_branch }}, {{ fits }}" }
  pipelineSpec:
    params: [{ name: url }, { name: says }]
    workspaces: [{ name: shared }, { name: basic-auth }]
    tasks:
      - name: clone
        taskRef: { name: t-clone-into }
        params: [{ name: url, value: $(params.url) }, { name: subdirectory, value: "" }]
        workspaces:
          - { name: output, workspace: shared }
          - { name: basic-auth, workspace: basic-auth }
      - name: look
        runAfter: [clone]
        taskRef: { name: look }
        params: [{ name: says, value: $(params.says) }]
        workspaces: [{ name: source, workspace: shared }]
    finally:
      - name: last
        taskSpec:
          steps: [{ name: say, image: "localhost/busybox:1", script: "echo last of $(params.url)" }]
  workspaces:
    - name: shared
      volumeClaimTemplate:
        spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Mi } } }
    - { name: basic-auth, secret: { secretName: "{{ git_auth_secret }}" } }
`;

const LOOK = `
apiVersion: tekton.dev/v1beta1
kind: Task
metadata: { name: look }
spec:
  params: [{ name: says }]
  workspaces: [{ name: source }]
  steps:
    - name: look
      image: localhost/busybox:1
      workingDir: $(workspaces.source.path)
      script: echo "sees $(cat here.txt), $(params.says)"
`;

const TASK_RUN = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: t-look- }
spec:
  taskRef: { name: look }
  params: [{ name: says, value: file }]
  workspaces: [{ name: source, emptyDir: {} }]
`;

/** No Task declares a workspace: one names the run's in its text, the other is bound to it. */
const HANDED_DOWN = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: t-handed-down- }
spec:
  params: [{ name: repo, value: "https://example.com/acme/app" }]
  pipelineSpec:
    workspaces: [{ name: shared }]
    tasks:
      - name: fetch
        taskSpec:
          steps:
            - name: clone
              image: localhost/busybox:1
              script: git clone $(params.repo) $(workspaces.shared.path)/app
      - name: look
        runAfter: [fetch]
        workspaces: [{ name: source, workspace: shared }]
        taskSpec:
          steps:
            - name: look
              image: localhost/busybox:1
              script: echo "sees $(cat /workspace/source/app/here.txt)"
  workspaces:
    - name: shared
      volumeClaimTemplate:
        spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Mi } } }
`;

const HANDED_TO_TASK = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: t-handed-to-task- }
spec:
  workspaces: [{ name: source, emptyDir: {} }]
  taskSpec:
    steps:
      - name: look
        image: localhost/busybox:1
        script: echo "sees $(cat /workspace/source/here.txt)"
`;

/** The Pipeline's other Task is the cluster's. */
const CHANGED = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: t-look-into }
spec:
  workspaces: [{ name: source }]
  steps:
    - { name: look, ref: { name: t-no-such } }
`;

const STEP_ACTION = `
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: { name: t-no-such }
spec:
  image: localhost/busybox:1
  script: echo "the changed Task runs"
`;

export const fileScenarios: Scenario[] = [
  {
    name: "a run for Pipelines-as-Code runs from its file, with values of the checkout",
    needs: ["git"],
    async run({ kube, flags }, directory) {
      await checkout(directory);
      const upload = (...more: string[]) =>
        tknDev(
          ["pr", "upload", "-f", ".tekton/pull-request.yaml", ".", ...more, ...flags],
          { cwd: directory },
        );
      const ran = await upload("-p", "fits=x y");
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.deepEqual(ran.stdout.trimEnd().split("\n"), [
        "[look : look] sees here, pull_request feature to main, x y",
        "[last : say] last of https://github.com/Acme/App",
      ]);
      const name = /Created PipelineRun (t-pull-request-\S+)/.exec(ran.stderr)![1];
      const { metadata, spec } = await kube.get(PIPELINE_RUNS, kube.namespace, name);
      assert.equal(metadata.labels?.team, "a");
      const all = JSON.stringify([metadata.labels, metadata.annotations]);
      assert.doesNotMatch(all, /pipelinesascode/);
      assert.doesNotMatch(JSON.stringify(spec), /basic-auth|git_auth_secret/);
    },
  },
  {
    name: "open placeholders are listed with their flags, before anything is created",
    needs: ["git"],
    async run({ kube, flags }, directory) {
      await checkout(directory);
      const before = await runCount(kube);
      const file = `${directory}/.tekton/pull-request.yaml`;
      const text = PULL_REQUEST.replace("{{ fits }}", "{{ pull_request_number }}{{ body.x.y }}");
      await Deno.writeTextFile(file, text);
      const commands = [["pr", "upload", "-f", file, directory], ["create", "-f", file]];
      for (const command of commands) {
        const ran = await tknDev([...command, ...flags]);
        assert.equal(ran.code, 2, ran.stderr);
        assert.match(
          ran.stderr,
          /^Error: Cannot .*\{\{ pull_request_number \}\}.*have no values$/m,
        );
        assert.match(ran.stderr, /^Hint: .*-p pull_request_number=VALUE -p body\.x\.y=VALUE/m);
      }
      assert.equal(await runCount(kube), before);
    },
  },
  {
    name: "a run from a file takes -p and -w over its own, and the Task of another file",
    async run({ flags }, directory) {
      await Deno.writeTextFile(`${directory}/here.txt`, "here");
      await Deno.writeTextFile(`${directory}/look.yaml`, LOOK);
      await Deno.writeTextFile(`${directory}/run.yaml`, TASK_RUN);
      const files = ["-f", `${directory}/run.yaml`, "-f", `${directory}/look.yaml`];
      const ran = await tknDev(["tr", "upload", ...files, directory, "-p", "says=given", ...flags]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(ran.stdout, "[look] sees here, given\n");
      assert.match(ran.stderr, /^Created TaskRun t-look-/m);
    },
  },
  {
    name: "an upload goes into a workspace of the run that an inline Task does not declare",
    async run({ kube, flags }, directory) {
      await Deno.mkdir(`${directory}/code`);
      await Deno.writeTextFile(`${directory}/code/here.txt`, "here");
      const upload = async (noun: string, text: string, ...more: string[]) => {
        await Deno.writeTextFile(`${directory}/run.yaml`, text);
        const from = ["-f", `${directory}/run.yaml`, `${directory}/code`];
        return await tknDev([noun, "upload", ...from, ...more, ...flags]);
      };
      const ran = await upload("pr", HANDED_DOWN);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(ran.stdout, "[look : look] sees here\n");
      assert.match(ran.stderr, /^Note: It goes into directory app of workspace shared, where/m);
      const task = await upload("tr", HANDED_TO_TASK);
      assert.equal(task.code, 0, task.stderr);
      assert.equal(task.stdout, "[look] sees here\n");
      const before = await runCount(kube);
      const apart = await upload("pr", HANDED_DOWN, "-w", "name=shared,emptyDir=");
      assert.equal(apart.code, 2, apart.stderr);
      assert.match(apart.stderr, /an emptyDir is not shared with task "look"/);
      assert.equal(await runCount(kube), before);
    },
  },
  {
    name: "a changed Task of a Pipeline on the cluster is tried from its file",
    async run({ flags }, directory) {
      await Deno.mkdir(`${directory}/code`);
      await Deno.writeTextFile(`${directory}/code/here.txt`, "here");
      await Deno.mkdir(`${directory}/tasks`);
      await Deno.writeTextFile(`${directory}/tasks/look.yaml`, `${CHANGED}---${STEP_ACTION}`);
      const words = "pipeline upload t-into-default -p repo=u -w name=shared,volume=10Mi";
      const from = ["-f", `${directory}/tasks`, `${directory}/code`];
      const ran: Ran = await tknDev([...words.split(" "), ...from, ...flags]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(ran.stdout, "[look : look] the changed Task runs\n");
    },
  },
];

async function checkout(directory: string): Promise<void> {
  await Deno.writeTextFile(`${directory}/here.txt`, "here");
  await Deno.mkdir(`${directory}/.tekton/tasks`, { recursive: true });
  await Deno.writeTextFile(`${directory}/.tekton/pull-request.yaml`, PULL_REQUEST);
  await Deno.writeTextFile(`${directory}/.tekton/tasks/look.yaml`, LOOK);
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  const git = async (...args: string[]) => {
    const { success } = await new Deno.Command("git", {
      args: ["-C", directory, ...identity, ...args],
      stdout: "null",
    }).output();
    assert.ok(success);
  };
  await git("init", "-q", "-b", "feature");
  await git("remote", "add", "origin", "git@github.com:Acme/App.git");
  await git("add", ".");
  await git("commit", "-q", "-m", "x");
}
