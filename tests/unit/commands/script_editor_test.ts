import assert from "node:assert/strict";
import { ScriptEditor } from "../../../src/commands/script_editor.ts";
import { UsageError } from "../../../src/errors.ts";
import { PODS } from "../../../src/kube/interface.ts";
import type { Pause } from "../../../src/run/pause_place.ts";
import {
  LABEL,
  type Pod,
  type Task,
  TASK_RUNS,
  type TaskRun,
  TASKS,
} from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";

const SCRIPT = "#!/bin/sh\nmake $(params.target)\n";

function stage({ isThere = true } = {}) {
  const kube = new FakeKube();
  if (isThere) {
    kube.put<Task>(TASKS, {
      metadata: { name: "t" },
      spec: { steps: [{ name: "s", image: "i", script: SCRIPT }] },
    });
  }
  kube.put<TaskRun>(TASK_RUNS, {
    metadata: { name: "r", labels: { [LABEL.task]: "t" } },
    spec: { params: [{ name: "target", value: "all" }] },
  });
  kube.put<Pod>(PODS, { metadata: { name: "pod", labels: { [LABEL.taskRun]: "r" } } });
  const put: string[] = [];
  kube.onExec = async ({ stdin, onStdout }) => {
    if (stdin !== undefined) put.push(await new Response(stdin).text());
    else onStdout?.(new TextEncoder().encode(SCRIPT.replace("$(params.target)", "all")));
    return { exitCode: 0, message: "" };
  };
  const files = new MemoryFiles([]);
  const host = new FakeHost(files, kube);
  const pause: Pause = {
    namespace: "ns",
    pod: "pod",
    uid: "u",
    container: "step-s",
    image: "i",
    step: "s",
    of: "s",
    gate: "script",
    directory: "",
    said: [],
  };
  const editor = new ScriptEditor({ host, kube, color: false }, { ...pause, namespace: "default" });
  return { editor, host, files, put };
}

Deno.test("what was saved runs; once that is well it is a patch, and how to apply it", async () => {
  const { editor, host, files, put } = stage();
  const names: string[] = [];
  host.editor = (text, name) => {
    names.push(name);
    return text.replace("make", "make -j2");
  };
  assert.equal(await editor.edit("fix.json"), undefined);
  assert.deepEqual([names, put], [["s.sh"], ["#!/bin/sh\nmake -j2 all\n"]]);
  assert.equal(await editor.ran(2), "");
  assert.deepEqual(files.written, {});
  const said = await editor.ran(0);
  assert.deepEqual(JSON.parse(files.written["fix.json"]), [
    { op: "test", path: "/spec/steps/0/script", value: SCRIPT },
    { op: "replace", path: "/spec/steps/0/script", value: SCRIPT.replace("make", "make -j2") },
  ]);
  assert.equal(
    said,
    `--- Task/t spec.steps[0].script
+++ Task/t spec.steps[0].script
@@ -1,2 +1,2 @@
 #!/bin/sh
-make $(params.target)
+make -j2 $(params.target)
Wrote fix.json. To keep the change: kubectl patch task.tekton.dev t -n default --type json --patch-file fix.json
`,
  );
});

Deno.test("with no file named the patch is in the command, as a shell takes it", async () => {
  const { editor, host } = stage();
  host.editor = (text) => text.replace("make", "echo 'it'");
  await editor.edit("");
  const said = await editor.ran(0);
  const [, text] = /^To keep the change: kubectl .* --type json -p '(.*)'\n$/m.exec(said)!;
  const [, { value }] = JSON.parse(text.replaceAll("'\\''", "'"));
  assert.equal(value, SCRIPT.replace("make", "echo 'it'"));
});

Deno.test("the next edit goes on from the last", async () => {
  const { editor, host } = stage();
  host.editor = (text) => `${text}# one\n`;
  await editor.edit("");
  host.editor = (text) => {
    assert.ok(text.endsWith("# one\n"), text);
    return text;
  };
  assert.equal(await editor.edit(""), undefined);
});

Deno.test("a script that no object has is shown as changed, with no patch", async () => {
  const { editor, host, files } = stage({ isThere: false });
  host.editor = (text) => `${text}x\n`;
  await editor.edit("fix.json");
  assert.match(await editor.ran(0), /^--- step s\n[^]*^\+x\nNote: no Task, .* has this script/m);
  assert.deepEqual(files.written, {});
});

Deno.test("an editor that fails, or is not there, changes nothing", async () => {
  const { editor, host, put } = stage();
  host.editor = () => undefined;
  assert.match(await editor.edit("") ?? "", /^Cannot edit the script: the editor failed/);
  assert.match(await rejection(editor.open(""), UsageError), /\nset EDITOR$/);
  assert.deepEqual(put, []);
});
