import "../../support/no_env.ts";
import assert from "node:assert/strict";
import type { Call } from "../../../src/cli/parse.ts";
import { parse } from "../../../src/cli/parse.ts";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { openSource, sendable } from "../../../src/commands/source.ts";
import { bindings, newGate } from "../../../src/commands/upload.ts";
import { uploadFlags } from "../../../src/commands/upload_options.ts";
import { TransferError, UsageError } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
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
  host.programs[`${git} remote get-url origin`] = "https://x/y\n";
  const head = "-c log.showSignature=false log -1 --abbrev=7 --pretty=%H%n%h%n%T%n%ct HEAD --";
  host.programs[`${git} ${head}`] = "abc\na\ntree\n17\n";
  const source = await openSource(host, flags("--ignore", "*.tmp"));
  assert.equal(source.root, "/tree");
  assert.deepEqual((await source.entries).map(({ path }) => path), [".gitignore", "a.txt"]);
  assert.deepEqual(source.skipped, ["pipe is left out: it is a socket, a FIFO or a device"]);
  assert.deepEqual(await source.git, {
    commit: "abc",
    shortCommit: "a",
    tree: "tree",
    committerDate: "17",
    branch: undefined,
    url: "https://x/y",
    dirty: true,
  });
});

Deno.test("what is left out, and links that lead away, have a word each before the tree is sent", async () => {
  const files = new MemoryFiles(tree("file a\nfifo pipe\nlink in -> a\nlink out -> /etc"));
  const said: string[] = [];
  const source = await openSource(new FakeHost(files), flags());
  await sendable(source, (event) => said.push(event.kind === "note" ? event.text : event.kind));
  assert.deepEqual(said, [
    "pipe is left out: it is a socket, a FIFO or a device",
    "out is sent as a link: its target is absolute, /etc",
  ]);
});

Deno.test("outside of a checkout nothing is known", async () => {
  const source = await openSource(new FakeHost(new MemoryFiles(tree("file a x"))), flags());
  assert.equal(await source.git, undefined);
});

Deno.test("rules come out of the files that are named, the command line's own win", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file rules *\nfile a\nfile b")));
  const argv = ["--ignore-file", "/tree/rules", "--ignore", "!a"];
  const { entries } = await openSource(host, flags(...argv));
  assert.deepEqual((await entries).map(({ path }) => path), ["a"]);
});

Deno.test("a file of rules that is not there or may not be read is refused at once", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file rules *")));
  const hint = "name a file with a pattern a line, as in .gitignore";
  const refused = (path: string) =>
    rejection(openSource(host, flags("--ignore-file", path)), UsageError);
  assert.equal(
    await refused("/tree/no"),
    `Cannot read --ignore-file "/tree/no": no such file\n${hint}`,
  );
  host.files.deny("/tree/rules");
  assert.equal(
    await refused("/tree/rules"),
    `Cannot read --ignore-file "/tree/rules": permission denied\n${hint}`,
  );
});

Deno.test("what looks like a secret is refused with --secrets=deny before anything is created", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file .env\nfile a")));
  assert.equal(
    await rejection(openSource(host, flags("--secrets=deny")), UsageError),
    'Cannot upload "/tree": 1 file looks like a secret by its name: .env\n' +
      "leave out with --ignore PATTERN, or send with --secrets=warn",
  );
  await openSource(host, flags("--secrets=deny", "--ignore=.env"));
  assert.throws(() => flags("--secrets=no"), UsageError);
});

Deno.test("before it is sent, its size and secrets are told", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file .env\nfile big/x\nfifo pipe")));
  host.files.put("/tree/big/x", { ...tree("file x")[0], content: new Uint8Array(100_000_001) });
  const told = async (...argv: string[]) => {
    const events: RunEvent[] = [];
    await sendable(await openSource(host, flags(...argv)), (event) => events.push(event));
    return events.map((event) => event.kind === "note" ? event.text.split(/[;:]/)[0] : "");
  };
  const size = "100 MB in 2 files to upload";
  const secret = "1 file looks like a secret by its name";
  assert.deepEqual(await told(), ["pipe is left out", size, secret]);
  assert.deepEqual(await told("--secrets=allow", "--ignore=pipe"), [size]);
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
  const gate = newGate(new FakeHost(), 600, "tkn-dev pipeline upload p");
  const step = { step: "s", plain: [], secret: [], hidden: false, carries: true };
  const options = { ...step, mode: "before" } as const;
  const again = "tkn-dev pipeline upload p";
  assert.equal(gate.script(options), gateScript({ ...options, again }));
  assert.equal(gate.directory, "/tkn-dev");
  assert.match(gate.volume, /^tkn-dev-r+0$/);
  assert.deepEqual(gate.args({ path: "/w", directory: "." }, ["x"]), ["600", "/w", "", "x"]);
  assert.deepEqual(gate.args({ path: "/w", directory: "a/b" }, []), ["600", "/w", "a/b"]);
});
