import assert from "node:assert/strict";
import type { LocalConsole } from "../../../../src/commands/session/local_console.ts";
import { ScriptEditor } from "../../../../src/commands/session/script_editor.ts";
import { UsageError } from "../../../../src/errors.ts";
import { PODS } from "../../../../src/kube/interface.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import { LABEL, type Task, TASK_RUNS, type TaskRun, TASKS } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";
import { FileError } from "../../../../src/host.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";

const SCRIPT = "#!/bin/sh\nmake $(params.target)\n";

/** `answers`: whether the user says yes, in turn. */
function stage(
  { isThere = true, patchFile, answers = [], step = "s", script = SCRIPT }: {
    isThere?: boolean;
    patchFile?: string;
    answers?: boolean[];
    step?: string;
    script?: string;
  } = {},
) {
  const kube = new FakeKube();
  if (isThere) {
    kube.put<Task>(TASKS, {
      metadata: { name: "t" },
      spec: { steps: [{ name: step, image: "i", script }] },
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
    else onStdout?.(new TextEncoder().encode(script.replace("$(params.target)", "all")));
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
    step,
    targetStep: step,
    gate: "script",
    directory: "",
    said: [],
  };
  const said: string[] = [];
  const asked: string[] = [];
  const localConsole: LocalConsole = {
    suspendFor: (work) => work(),
    ask: ({ text }) => {
      asked.push(text);
      return Promise.resolve(answers.shift() ?? false);
    },
    say: (text) => void said.push(text),
  };
  const options = { host, kube, color: false, patchFile };
  const editor = new ScriptEditor(options, { ...pause, namespace: "default" }, localConsole);
  return { editor, host, files, put, asked, said: () => said.splice(0).join("") };
}

Deno.test("the saved script runs; after a success it is shown as a patch and a command", async () => {
  const { editor, host, files, put, said } = stage({ patchFile: "fix.json" });
  host.editor = (text) => text.replace("make", "make -j2");
  await editor.open();
  assert.deepEqual([host.edited, put], [
    [{ name: "s.sh", text: SCRIPT }],
    ["#!/bin/sh\nmake -j2 all\n"],
  ]);
  await editor.ran(2);
  assert.deepEqual([said(), files.written], ["", {}]);
  await editor.ran(0);
  assert.deepEqual(JSON.parse(files.written["fix.json"]), [
    { op: "test", path: "/spec/steps/0/script", value: SCRIPT },
    { op: "replace", path: "/spec/steps/0/script", value: SCRIPT.replace("make", "make -j2") },
  ]);
  assert.equal(
    said(),
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

Deno.test("an existing file is overwritten only after a yes; else the patch is shown", async () => {
  for (const isYes of [false, true]) {
    const { editor, host, files, asked, said } = stage({ patchFile: "x", answers: [isYes] });
    files.written.x = "precious";
    host.editor = (text) => `${text}# one\n`;
    await editor.open();
    await editor.ran(0);
    assert.deepEqual(asked, ["Overwrite x, which exists?"]);
    assert.equal(files.written.x === "precious", !isYes);
    assert.match(said(), isYes ? /^Wrote x\. .*--patch-file x$/m : /^To keep the change: .* -p '/m);
  }
});

Deno.test("the editor overwrites its own file without asking, unless it changed", async () => {
  const { editor, host, files, asked } = stage({ patchFile: "x" });
  for (const name of ["one", "two"]) {
    host.editor = (text) => `${text}# ${name}\n`;
    await editor.open();
    await editor.ran(0);
    assert.match(files.written.x, new RegExp(`# ${name}`));
  }
  assert.deepEqual(asked, []);
  files.written.x = "changed meanwhile";
  await editor.ran(0);
  assert.deepEqual([asked.length, files.written.x], [1, "changed meanwhile"]);
});

Deno.test("a patch that cannot be written is shown", async () => {
  const { editor, host, files, said } = stage({ patchFile: "no/x" });
  files.createText = (path) => Promise.reject(new FileError(path, "permission denied"));
  host.editor = (text) => `${text}# one\n`;
  await editor.open();
  await editor.ran(0);
  assert.match(said(), /^Cannot write --patch "no\/x": permission denied\nTo keep .* -p '/m);
});

Deno.test("without --patch, the command contains the patch, quoted for a shell", async () => {
  const { editor, host, said } = stage();
  const added = "echo 'it' \x1b]0;x\x07 \x9b2J \u202e";
  host.editor = (text) => text.replace("make", added);
  await editor.open();
  await editor.ran(0);
  const [line, text] = /^To keep the change: kubectl .* --type json -p '(.*)'\n$/m.exec(said())!;
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(line, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  const [, { value }] = JSON.parse(text.replaceAll("'\\''", "'"));
  assert.equal(value, SCRIPT.replace("make", added));
});

Deno.test("an edit starts from the last one", async () => {
  const { editor, host } = stage();
  host.editor = (text) => `${text}# one\n`;
  await editor.open();
  host.editor = (text) => {
    assert.ok(text.endsWith("# one\n"), text);
    return text;
  };
  await editor.open();
});

Deno.test("a script of no known object is shown as a diff, without a patch", async () => {
  const { editor, host, files, said } = stage({ isThere: false, patchFile: "fix.json" });
  host.editor = (text) => `${text}x\n`;
  await editor.open();
  await editor.ran(0);
  assert.match(said(), /^--- step s\n[^]*^\+x\nNote: no Task, .* has this script/m);
  assert.deepEqual(files.written, {});
});

Deno.test("an editor that fails or is missing changes nothing", async () => {
  const { editor, host, put } = stage();
  host.editor = () => undefined;
  assert.match(
    await rejection(editor.open(), UsageError),
    /^Cannot edit the script: the editor failed or was not found\nset EDITOR$/,
  );
  assert.deepEqual(put, []);
});

Deno.test("the cluster only chooses the file's ending, out of a few", async () => {
  const names: [step: string, script: string, name: string][] = [
    ["build", "#!/usr/bin/env python3\n", "build.py"],
    ["build", "#!/bin/constructor\n", "build.sh"],
    ["build", "#!/bin/x;.exe\n", "build.sh"],
    ["../../../home/ada/.bashrc", "true\n", "script.sh"],
    ['a"&calc&"', "#!/usr/bin/node\n", "script.js"],
    ["-rf", "true\n", "script.sh"],
    ["s\n", "true\n", "script.sh"],
  ];
  for (const [step, script, name] of names) {
    const { editor, host } = stage({ step, script });
    await editor.open();
    assert.equal(host.edited[0].name, name);
  }
});
