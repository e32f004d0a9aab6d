import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { app } from "../../../../src/app.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";

const TREE = `
  file .gitignore "*.log\\n/e/f/\\n"
  file a.log
  dir b/
  file c/d
  file c.d
  file e/a.log
  file e/f/x
  dir g/h/
  file "x\\ny"
  fifo pipe
`;

const SENT = '.gitignore\nb/\nc/d\nc.d\ne/\ng/h/\n"x\\ny"\n'.split("\n").sort().join("\n").trim();

async function look(line: string, text = TREE) {
  const host = new FakeHost(new MemoryFiles(tree(text)));
  const code = await app(line.split(" "), host);
  const { stdout, stderr } = host.terminal;
  assert.deepEqual(host.connected, []);
  return { code, stdout, stderr };
}

for (
  const line of [
    "pipeline upload --list /tree",
    "pipeline upload my-pipeline --list /tree",
    "task upload --list /tree",
    "pipelinerun upload --list /tree",
    "taskrun upload my-run /tree --list",
  ]
) {
  Deno.test(`the files to send are listed without a cluster: ${line}`, async () => {
    const { code, stdout, stderr } = await look(line);
    assert.equal(stdout.trim().split("\n").sort().join("\n"), SENT);
    assert.equal(stderr, "Note: pipe is left out: it is a socket, a FIFO or a device\n");
    assert.equal(code, 0);
  });
}

Deno.test("an empty directory at the end is listed", async () => {
  assert.equal((await look("task upload --list /tree", "file a\ndir z/")).stdout, "a\nz/\n");
});

Deno.test("the record of an upload into this directory is not listed", async () => {
  const text = "file .tkn-dev-upload/record\nfile a\nfile b/.tkn-dev-upload/record";
  const { stdout } = await look("task upload --list /tree", text);
  assert.equal(stdout, "a\nb/.tkn-dev-upload/record\n");
});

Deno.test("a list warns of secrets; --secrets=deny refuses, allow is silent", async () => {
  const text = "file .env x\nfile a x";
  const list = "task upload --list /tree";
  const hint = "; to leave out: --ignore PATTERN; to hide this note: --secrets=allow\n";
  assert.deepEqual(await look(list, text), {
    code: 0,
    stdout: ".env\na\n",
    stderr: `Note: 1 file looks like a secret by its name: .env${hint}`,
  });
  assert.equal((await look(`${list} --secrets allow`, text)).stderr, "");
  const denied = await look(`${list} --secrets deny`, text);
  assert.equal(denied.code, 2);
  assert.match(
    denied.stderr,
    /Cannot upload "\/tree": 1 file looks like a secret by its name: .env/,
  );
});

Deno.test("paths are explained in their order", async () => {
  const { code, stdout } = await look("task upload --explain a.log --explain c.d /tree");
  assert.equal(stdout, "a.log: dropped by .gitignore:1: *.log\nc.d: kept: no rule matches\n");
  assert.equal(code, 0);
});

Deno.test("the record of an upload is neither listed nor kept", async () => {
  const text = "file .tkn-dev-upload/record\nfile a";
  assert.equal((await look("task upload --list /tree", text)).stdout, "a\n");
  for (const path of [".tkn-dev-upload", ".tkn-dev-upload/record"]) {
    assert.equal(
      (await look(`task upload --explain ${path} /tree`, text)).stdout,
      `${path}: dropped: an upload into this directory left it\n`,
    );
  }
});

Deno.test("neither a path nor a rule can control the terminal", async () => {
  const text = 'file .gitignore "\\u001b*\\n"\nfile "\\u001b[2Jx"\nfile .gitkeep';
  const host = new FakeHost(new MemoryFiles(tree(text)));
  await app(["task", "upload", "--explain", "\x1b[2Jx", "/tree"], host);
  assert.equal(host.terminal.stdout, '"\\033[2Jx": dropped by .gitignore:1: \\x1b*\n');
});

Deno.test("paths are quoted as git does; on a terminal other bytes are escaped", async () => {
  const host = new FakeHost(
    new MemoryFiles(tree('file "a\\u009b2J"\nfile "b\\u202ex"\nfile caf\udce9')),
  );
  await app(["task", "upload", "--list", "/tree"], host);
  const quoted = '"a\\302\\2332J"\n"b\\342\\200\\256x"\n';
  assert.equal(host.terminal.stdout, `${quoted}caf\udce9\n`);
  host.terminal.stdout = "";
  host.terminal.isTerminal.stdout = true;
  await app(["task", "upload", "--list", "/tree"], host);
  assert.equal(host.terminal.stdout, `${quoted}caf\\xe9\n`);
});

Deno.test("a name that is also a directory gets a note", async () => {
  const host = new FakeHost(new MemoryFiles(tree(TREE)));
  await app(["task", "upload", "--list", "c"], host);
  assert.equal(host.terminal.stderr.includes("Note: c is read as a name"), false);
  host.files.put("c", tree("dir c/")[0]);
  host.files.put("/c", tree("dir c/")[0]);
  await app(["task", "upload", "--list", "c"], host);
  const note = "Note: c is read as a name on the cluster; ./c is the directory\n";
  assert.match(host.terminal.stderr, new RegExp(note));
});
