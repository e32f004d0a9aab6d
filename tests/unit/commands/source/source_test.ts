import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { uploadFlags } from "../../../../src/commands/options/upload_flags.ts";
import { entriesToSend, openSource } from "../../../../src/commands/source/source.ts";
import { TransferError, UsageError } from "../../../../src/errors.ts";
import type { RunEvent } from "../../../../src/events.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { tree } from "../../../support/tree_text.ts";

function flags(...argv: string[]) {
  const call = parse(["task", "upload", "t", "/tree", ...argv], PROGRAM);
  return uploadFlags(call.flags, call.args.DIR);
}

Deno.test("the walk leaves out ignored files, and git's facts are read", async () => {
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

Deno.test("files that are as an earlier walk found them are not read again", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x\nfile b x")));
  host.clock.advance(10_000); // the files are older
  const earlier = await openSource(host, flags());
  const [a] = await earlier.entries;
  earlier.digests.note(a.path, "of a");
  const later = await openSource(host, flags(), earlier);
  const digests = (await later.entries).map((entry) => later.digests.of(entry));
  assert.equal(digests[0], "of a");
  assert.ok(digests[1] instanceof Promise, "the earlier walk did not read it");
  await digests[1];
  const asGit = await openSource(host, flags("--eol", "git"), earlier);
  assert.ok(asGit.digests.of(a) instanceof Promise, "its attributes may have changed");
});

Deno.test("skipped files and links that lead outside have a note each", async () => {
  const files = new MemoryFiles(tree("file a\nfifo pipe\nlink in -> a\nlink out -> /etc"));
  const said: string[] = [];
  const source = await openSource(new FakeHost(files), flags());
  await entriesToSend(
    source,
    (event) => said.push(event.kind === "note" ? event.text : event.kind),
  );
  assert.deepEqual(said, [
    "pipe is left out: it is a socket, a FIFO or a device",
    "out is sent as a link: its target is absolute, /etc",
  ]);
});

Deno.test("outside of a checkout there are no facts", async () => {
  const source = await openSource(new FakeHost(new MemoryFiles(tree("file a x"))), flags());
  assert.equal(await source.git, undefined);
});

Deno.test("--ignore overrides the rules of --ignore-file", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file rules *\nfile a\nfile b")));
  const argv = ["--ignore-file", "/tree/rules", "--ignore", "!a"];
  const { entries } = await openSource(host, flags(...argv));
  assert.deepEqual((await entries).map(({ path }) => path), ["a"]);
});

Deno.test("a missing or unreadable --ignore-file is refused at once", async () => {
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

Deno.test("--secrets=deny refuses a secret before anything is created", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file .env\nfile a")));
  assert.equal(
    await rejection(openSource(host, flags("--secrets=deny")), UsageError),
    'Cannot upload "/tree": 1 file looks like a secret by its name: .env\n' +
      "leave out with --ignore PATTERN, or send with --secrets=warn",
  );
  await openSource(host, flags("--secrets=deny", "--ignore=.env"));
  assert.throws(() => flags("--secrets=no"), UsageError);
});

Deno.test("notes name the size and the secrets of the tree", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file .env\nfile big/x\nfifo pipe")));
  host.files.put("/tree/big/x", { ...tree("file x")[0], content: new Uint8Array(100_000_001) });
  const told = async (...argv: string[]) => {
    const events: RunEvent[] = [];
    await entriesToSend(await openSource(host, flags(...argv)), (event) => events.push(event));
    return events.map((event) => event.kind === "note" ? event.text.split(/[;:]/)[0] : "");
  };
  const size = "100 MB in 2 files to upload";
  const secret = "1 file looks like a secret by its name";
  assert.deepEqual(await told(), ["pipe is left out", size, secret]);
  assert.deepEqual(await told("--secrets=allow", "--ignore=pipe"), [size]);
});

Deno.test("a missing directory is refused at once", async () => {
  const host = new FakeHost(new MemoryFiles([], "/elsewhere"));
  assert.match(
    await rejection(openSource(host, flags()), UsageError),
    /"\/tree": no such directory/,
  );
});

Deno.test("an unreadable .gitignore above the tree is an error", async () => {
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
