import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { newRunFlags } from "../../../../src/commands/options/run_flags.ts";
import { readStart } from "../../../../src/commands/start/read_start.ts";
import { UsageError } from "../../../../src/errors.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { tree } from "../../../support/tree_text.ts";

const PIPELINE = { spec: { tasks: [{ name: "build" }], finally: [{ name: "tell" }] } };

function read(file: string, ...argv: string[]) {
  const { flags } = parse(["pipeline", "upload", "p", ...argv], PROGRAM);
  const notes: string[] = [];
  const host = new FakeHost(new MemoryFiles(tree(file)));
  const started = readStart(host, newRunFlags(flags), PIPELINE, (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
  return { started, notes };
}

Deno.test("a pod template comes out of its file", async () => {
  const { started } = read(
    'file pod.yaml "nodeSelector: {disk: ssd}\\n"',
    "--pod-template=/tree/pod.yaml",
  );
  assert.deepEqual((await started).podTemplate, { nodeSelector: { disk: "ssd" } });
});

Deno.test("a pod template with a mistyped field is refused by file and field", async () => {
  const { started } = read('file pod.yaml "nodeSelectors: {}\\n"', "--pod-template=/tree/pod.yaml");
  assert.match(
    await rejection(started, UsageError),
    /^Cannot read --pod-template "\/tree\/pod.yaml": unknown field "nodeSelectors"\n/,
  );
});

Deno.test("the account of an unknown task is refused, and by a dry run noted", async () => {
  const account = ["--task-serviceaccount", "tell=a,biuld=b"];
  const message = 'Cannot set the service account of task "biuld": the Pipeline has no such task';
  assert.equal(
    await rejection(read("file x", ...account).started, UsageError),
    `${message}\nits tasks: build, tell`,
  );
  const { started, notes } = read("file x", ...account, "--dry-run");
  assert.equal((await started).taskAccounts?.length, 2);
  assert.deepEqual(notes, [`${message}; its tasks: build, tell`]);
});

Deno.test("a deprecated flag is noted", async () => {
  const { started, notes } = read("file x", "--timeout", "1h");
  await started;
  assert.deepEqual(notes, ["--timeout is deprecated: use --pipeline-timeout"]);
});
