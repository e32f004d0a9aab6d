import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { uploadFlags } from "../../../../src/commands/options/upload_flags.ts";
import { readBindings } from "../../../../src/commands/start/workspace_bindings.ts";
import { UsageError } from "../../../../src/errors.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { tree } from "../../../support/tree_text.ts";

function flags(...argv: string[]) {
  const call = parse(["task", "upload", "t", "/tree", ...argv], PROGRAM);
  return uploadFlags(call.flags, call.args.DIR);
}

function bound(text: string, ...files: string[]) {
  const host = new FakeHost(new MemoryFiles(tree(files.join("\n"))));
  return { host, bindings: () => readBindings(host, flags("-w", text)) };
}

const FROM_FILE = "name=x,subPath=d,volumeClaimTemplateFile=/tree/v.yaml";
const HINT = "a YAML file with the spec of a PersistentVolumeClaim";

Deno.test("a claim template is read from its file, and the binding is kept", async () => {
  const yaml = '"spec:\\n  accessModes: [ReadWriteOnce]\\n"';
  assert.deepEqual(await bound(FROM_FILE, `file v.yaml ${yaml}`).bindings(), [
    { name: "x", subPath: "d", volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } },
  ]);
});

Deno.test("a binding without a file reads no file", async () => {
  const { host, bindings } = bound("name=x,emptyDir=");
  assert.deepEqual(await bindings(), [{ name: "x", emptyDir: {} }]);
  assert.deepEqual(host.files.touched, []);
});

for (
  const [what, file, why] of [
    ["is not there", "file other x", "no such file"],
    [
      "has no spec",
      'file v.yaml "kind: x\\n"',
      "it is not a PersistentVolumeClaim: it has no spec",
    ],
    ["has an unknown field", 'file v.yaml "a: 1\\n"', 'unknown field "a"'],
    [
      "has a field that is mistyped",
      'file v.yaml "spec:\\n  accessMode: [ReadWriteOnce]\\n"',
      'unknown field "spec.accessMode"',
    ],
    ["is a text", "file v.yaml text", "it is not an object"],
    ["is empty", "file v.yaml", "it is empty"],
    ["has two documents", 'file v.yaml "spec: {}\\n---\\nspec: {}\\n"', "it has several documents"],
  ]
) {
  Deno.test(`a claim template whose file ${what} is refused`, async () => {
    assert.equal(
      await rejection(bound(FROM_FILE, file).bindings(), UsageError),
      `Cannot read volumeClaimTemplateFile "/tree/v.yaml": ${why}\n${HINT}`,
    );
  });
}

Deno.test("a claim template that is not YAML is refused with the line", async () => {
  const { bindings } = bound(FROM_FILE, 'file v.yaml "a: 1\\n b: [\\n"');
  assert.match(
    await rejection(bindings(), UsageError),
    /^Cannot read volumeClaimTemplateFile "\/tree\/v.yaml": .*line \d/,
  );
});

Deno.test("an unreadable claim template is refused, not a bug", async () => {
  const { host, bindings } = bound(FROM_FILE, "file v.yaml x");
  host.files.deny("/tree/v.yaml");
  assert.equal(
    await rejection(bindings(), UsageError),
    `Cannot read volumeClaimTemplateFile "/tree/v.yaml": permission denied\n${HINT}`,
  );
});

Deno.test("a URL is downloaded, and one that is not there is refused", async () => {
  const url = "https://files.test/v.yaml";
  const { host, bindings } = bound(`name=x,volumeClaimTemplateFile=${url}`);
  host.pages[url] = "spec: {accessModes: [ReadWriteOnce]}";
  assert.deepEqual(await bindings(), [
    { name: "x", volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } },
  ]);
  delete host.pages[url];
  assert.match(await rejection(bindings(), UsageError), /v.yaml": 404 Not Found\n/);
});

Deno.test("a CSI volume comes out of its file, with its fields checked", async () => {
  const file = 'file c.yaml "driver: d\\nreadOnly: true\\nvolumeAttributes: {a: b}\\n"';
  const text = "name=x,csiFile=/tree/c.yaml,subPath=s";
  assert.deepEqual(await bound(text, file).bindings(), [{
    name: "x",
    subPath: "s",
    csi: { driver: "d", readOnly: true, volumeAttributes: { a: "b" } },
  }]);
  const wrong = bound(text, 'file c.yaml "driver: d\\nreadOnly: 1\\n"');
  assert.match(await rejection(wrong.bindings(), UsageError), /: readOnly is not a boolean\n/);
});
