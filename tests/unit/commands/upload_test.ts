import "../../support/no_env.ts";
import assert from "node:assert/strict";
import type { Call } from "../../../src/cli/parse.ts";
import { parse } from "../../../src/cli/parse.ts";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { openSource } from "../../../src/commands/source.ts";
import { bindings, newGate } from "../../../src/commands/upload.ts";
import { uploadFlags } from "../../../src/commands/upload_options.ts";
import { TransferError, UsageError } from "../../../src/errors.ts";
import { gateScript } from "../../../src/step/scripts.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";
import { tree } from "../../support/tree_text.ts";

function flags(...argv: string[]) {
  const call: Call = parse(["task", "upload", "t", "/tree", ...argv], PROGRAM);
  return uploadFlags(call.flags, call.args.DIR);
}

function bound(text: string, ...files: string[]) {
  const host = new FakeHost(new MemoryFiles(tree(files.join("\n"))));
  return { host, bindings: () => bindings(host, flags("-w", text)) };
}

const FROM_FILE = "name=x,subPath=d,volumeClaimTemplateFile=/tree/v.yaml";
const HINT = "a YAML file with the spec of a PersistentVolumeClaim";

Deno.test("a claim template comes out of its file, the rest of the binding stays", async () => {
  const yaml = '"spec:\\n  accessModes: [ReadWriteOnce]\\n"';
  assert.deepEqual(await bound(FROM_FILE, `file v.yaml ${yaml}`).bindings(), [
    { name: "x", subPath: "d", volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } },
  ]);
});

Deno.test("a binding without a file asks for none", async () => {
  const { host, bindings } = bound("name=x,emptyDir=");
  assert.deepEqual(await bindings(), [{ name: "x", emptyDir: {} }]);
  assert.deepEqual(host.files.touched, []);
});

for (
  const [what, file, why] of [
    ["is not there", "file other x", "no such file"],
    ["has no spec", 'file v.yaml "a: 1\\n"', "it is no PersistentVolumeClaim: it has no spec"],
    ["is a text", "file v.yaml text", "it is no PersistentVolumeClaim: it has no spec"],
    ["is empty", "file v.yaml", "it is no PersistentVolumeClaim: it has no spec"],
  ]
) {
  Deno.test(`a claim template whose file ${what} is refused`, async () => {
    assert.equal(
      await rejection(bound(FROM_FILE, file).bindings(), UsageError),
      `Cannot read volumeClaimTemplateFile "/tree/v.yaml": ${why}\n${HINT}`,
    );
  });
}

Deno.test("a claim template that is no YAML is refused with the place", async () => {
  const { bindings } = bound(FROM_FILE, 'file v.yaml "a: 1\\n b: [\\n"');
  assert.match(await rejection(bindings(), UsageError), /^Cannot read "\/tree\/v.yaml": .*line \d/);
});

Deno.test("a claim template that may not be read is refused, not a bug", async () => {
  const { host, bindings } = bound(FROM_FILE, "file v.yaml x");
  host.files.deny("/tree/v.yaml");
  assert.equal(
    await rejection(bindings(), UsageError),
    `Cannot read volumeClaimTemplateFile "/tree/v.yaml": permission denied\n${HINT}`,
  );
});

Deno.test("the directory is walked without what is ignored, and git is asked for what is known", async () => {
  const host = new FakeHost(
    new MemoryFiles(tree(`
    file .gitignore "*.log\\n"
    file a.txt x
    file b.log x
    file c.tmp x
    fifo pipe
  `)),
  );
  const git = "git --no-optional-locks";
  host.programs[`${git} rev-parse --verify HEAD`] = "abc\n";
  host.programs[`${git} remote get-url origin`] = "https://x/y\n";
  host.programs[`${git} log -1 --pretty=%ct`] = "17\n";
  const source = await openSource(host, flags("--ignore", "*.tmp"));
  assert.equal(source.root, "/tree");
  assert.deepEqual((await source.entries).map(({ path }) => path), [".gitignore", "a.txt"]);
  assert.deepEqual(source.skipped, ["pipe is left out: it is a socket, a FIFO or a device"]);
  assert.deepEqual(await source.git, {
    commit: "abc",
    url: "https://x/y",
    committerDate: "17",
    dirty: true,
  });
});

Deno.test("outside of a checkout nothing is known", async () => {
  const source = await openSource(new FakeHost(new MemoryFiles(tree("file a x"))), flags());
  assert.equal(await source.git, undefined);
});

Deno.test("a directory that is not there is refused at once", async () => {
  const host = new FakeHost(new MemoryFiles([], "/elsewhere"));
  assert.match(
    await rejection(openSource(host, flags()), UsageError),
    /"\/tree": no such directory/,
  );
});

Deno.test("a .gitignore above the tree that may not be read is a tree that can't be read", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")));
  host.files.put("/.git", tree("dir .git/")[0]);
  host.files.put("/.git/HEAD", tree("file HEAD x")[0]);
  host.files.put("/.gitignore", tree("file .gitignore x")[0]);
  host.files.deny("/.gitignore");
  const { entries } = await openSource(host, flags());
  assert.match(
    await rejection(entries, TransferError),
    /^Cannot read ".*\/.gitignore": permission denied/,
  );
});

Deno.test("a gate has its script, a volume of its own name, and gives up after ten minutes", () => {
  const gate = newGate(new FakeHost(), 600);
  const step = { step: "s", plain: [], secret: [], hidden: false, carries: true };
  const options = { ...step, mode: "before" } as const;
  assert.equal(gate.script(options), gateScript(options));
  assert.equal(gate.directory, "/tkn-dev");
  assert.match(gate.volume, /^tkn-dev-r+0$/);
  assert.deepEqual(gate.args("/w", ["x"]), ["600", "/w", "x"]);
});
