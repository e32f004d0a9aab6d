import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { readScript, writeScript } from "../../../src/hold/edit.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import {
  LABEL,
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  type Task,
  TASK_RUNS,
  type TaskRun,
  TASKS,
} from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

const TEMPLATE = "echo $(params.who)\ncat $(workspaces.source.path)/x\n";
const FILLED = "#!/bin/sh\nset -e\necho Ada\ncat /workspace/source/x\n";

/** A held step build/s of a run of Pipeline p with Task t. */
function stage(filled: string | undefined = FILLED) {
  const kube = new FakeKube();
  kube.put<Pipeline>(PIPELINES, {
    metadata: { name: "p" },
    spec: { tasks: [{ name: "build", taskRef: { name: "t" } }] },
  });
  kube.put<Task>(TASKS, {
    metadata: { name: "t" },
    spec: { steps: [{ name: "s", image: "i", script: TEMPLATE }] },
  });
  kube.put<PipelineRun>(PIPELINE_RUNS, {
    metadata: { name: "r", labels: { [LABEL.pipeline]: "p" } },
    spec: {},
  });
  kube.put<TaskRun>(TASK_RUNS, {
    metadata: { name: "r-build", labels: { [LABEL.pipelineRun]: "r", [LABEL.task]: "t" } },
    spec: { params: [{ name: "who", value: "Ada" }] },
  });
  kube.put<Pod>(PODS, { metadata: { name: "pod", labels: { [LABEL.taskRun]: "r-build" } } });
  const put: string[] = [];
  kube.onExec = async ({ stdin, onStdout }) => {
    if (stdin !== undefined) put.push(await new Response(stdin).text());
    else if (filled === undefined) return { exitCode: 3, message: "" };
    else onStdout?.(new TextEncoder().encode(filled));
    return { exitCode: 0, message: "" };
  };
  return { kube, put };
}

const PAUSE: Pause = {
  namespace: "default",
  pod: "pod",
  uid: "u",
  container: "step-s",
  image: "i",
  task: "build",
  step: "s",
  targetStep: "s",
  gate: "script",
  directory: "",
  said: [],
};

Deno.test("the script is edited as its Task has it, and runs as Tekton would fill it in", async () => {
  const { kube, put } = stage();
  const script = await readScript(kube, PAUSE);
  assert.equal(script.template, TEMPLATE);
  assert.deepEqual(script.source, { kind: "Task", name: "t", path: "/spec/steps/0/script" });
  await writeScript(kube, PAUSE, script, "echo hi $(params.who) $(date)\n");
  assert.deepEqual(put, ["#!/bin/sh\nset -e\necho hi Ada $(date)\n"]);
});

Deno.test("a script that its Task no longer has is edited as it is in the container", async () => {
  const { kube, put } = stage("#!/bin/sh\nset -e\nsomething else\n");
  const script = await readScript(kube, PAUSE);
  assert.deepEqual([script.template, script.source], [script.filled, undefined]);
  await writeScript(kube, PAUSE, script, "#!/bin/sh\nother\n");
  assert.deepEqual(put, ["#!/bin/sh\nother\n"]);
});

Deno.test("a Task that can't be read, or does not exist, is not patched", async () => {
  const { kube } = stage();
  kube.remove(TASKS, "t");
  assert.equal((await readScript(kube, PAUSE)).source, undefined);
});

Deno.test("an unknown variable is refused by its name", async () => {
  const { kube, put } = stage();
  const script = await readScript(kube, PAUSE);
  const error = await rejection(writeScript(kube, PAUSE, script, "x $(params.other)"), UsageError);
  assert.match(error, /^Cannot run the edited script: \$\(params\.other\) is not known here\n/);
  assert.deepEqual(put, []);
});

Deno.test("a step with a command has no script to edit", async () => {
  const { kube } = stage(undefined);
  kube.onExec = () => Promise.resolve({ exitCode: 3, message: "" });
  assert.match(
    await rejection(readScript(kube, PAUSE), UsageError),
    /^Cannot edit step "build\/s": it has no script\n/,
  );
});

Deno.test("a script that is too long, or not text, is refused", async () => {
  const { kube } = stage();
  let sent = 0;
  kube.onExec = ({ onStdout, signal }) => {
    for (; sent < 1 << 30 && !signal?.aborted; sent += 65_536) onStdout?.(new Uint8Array(65_536));
    return Promise.resolve({ exitCode: 0, message: "" });
  };
  assert.match(
    await rejection(readScript(kube, PAUSE), ClusterError),
    /^Cannot edit step "build\/s": its container sends a script of more than 1 MiB$/,
  );
  assert.ok(sent < 2 << 20, `${sent} bytes`);
  kube.onExec = ({ onStdout }) => {
    onStdout?.(Uint8Array.of(0x23, 0xff));
    return Promise.resolve({ exitCode: 0, message: "" });
  };
  assert.match(
    await rejection(readScript(kube, PAUSE), ClusterError),
    /: its script is not UTF-8$/,
  );
});
