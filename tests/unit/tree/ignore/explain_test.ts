import assert from "node:assert/strict";
import { UsageError } from "../../../../src/errors.ts";
import { explain } from "../../../../src/tree/ignore/explain.ts";
import { type IgnoreOptions, loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { gitAnswers } from "../../../support/git_answers.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { tree } from "../../../support/tree_text.ts";

const TREE = `
  file .git/HEAD
  file .git/info/exclude "\\n*.bak"
  file .gitignore "# logs\\n\\n*.log\\nbuild/\\n"
  file .tektonignore docs/
  file a.bak
  file a.log
  file build/kept/x
  file build/kept/y
  file docs/x
  file main.ts
  file src/.gitignore !keep.log
  file src/keep.log
  fifo pipe
  link l -> src
`;

const GIT: IgnoreOptions["askGit"] = (directory) =>
  Promise.resolve(gitAnswers({
    excludesFile: "/tree/mine",
    tracked: directory === "/tree" ? "100644 0 0\tbuild/kept/x\0" : "",
  }));

async function why(path: string, options: IgnoreOptions & { root?: string } = {}) {
  const files = new MemoryFiles(tree(TREE));
  const root = options.root ?? "/tree";
  const rules = await loadIgnore(files, root, { askGit: GIT, ...options });
  const found = await explain(files, root, { path, rules });
  return `${found.path}: ${found.why}`;
}

for (
  const line of `
    main.ts: kept: no rule matches
    a.log: dropped by .gitignore:3: *.log
    a.bak: dropped by .git/info/exclude:2: *.bak
    src/keep.log: kept by src/.gitignore:1: !keep.log
    build: kept: git tracks something in it, though .gitignore:4: build/ matches
    build/kept/x: kept: git tracks it, though .gitignore:4: build/ matches its directory build
    build/kept/y: dropped: its directory build is dropped by .gitignore:4: build/
    docs/x: dropped: its directory docs is dropped by .tektonignore:1: docs/
    docs: dropped by .tektonignore:1: docs/
    pipe: dropped: it is a socket, a FIFO or a device
    l: kept: no rule matches
    l/keep.log: dropped: l is a link, and links are not followed
    .git/HEAD: dropped: .git is sent only with --with-git, and only if it works in the step
  `.trim().split("\n").map((line) => line.trim())
) {
  Deno.test(`explained: ${line}`, async () => {
    assert.equal(await why(line.slice(0, line.indexOf(":"))), line);
  });
}

Deno.test("a path may be absolute, or contain .. inside the tree", async () => {
  assert.equal(await why("/tree/src/../main.ts"), "main.ts: kept: no rule matches");
  assert.equal(await why("."), ".: kept: it is the uploaded directory");
});

Deno.test("a rule above the tree is shown relative to the tree, a rule of the command line by its flag", async () => {
  const at = { root: "/tree/src" };
  const extra = [{ label: "--ignore", text: "x\n*.ts", isFile: false }];
  assert.equal(await why("keep.log", at), "keep.log: kept by .gitignore:1: !keep.log");
  assert.equal(await why("main.ts", { extra }), "main.ts: dropped by --ignore: *.ts");
  const root = "/tree/build/kept";
  const askGit: IgnoreOptions["askGit"] = () =>
    Promise.resolve(gitAnswers({ tracked: "100644 0 0\tx\0" }));
  assert.equal(
    await why("y", { root, askGit }),
    "y: dropped: its directory . is dropped by ../../.gitignore:4: build/",
  );
});

Deno.test("--with-git keeps .git, except lock files", async () => {
  const files = new MemoryFiles(tree("file .git/HEAD\nfile .git/index.lock"));
  const rules = await loadIgnore(files, "/tree", { withGit: true });
  const why = async (path: string) => (await explain(files, "/tree", { path, rules })).why;
  assert.equal(await why(".git"), "kept by --with-git");
  assert.equal(await why(".git/HEAD"), "kept by --with-git");
  assert.equal(await why(".git/index.lock"), "dropped: it is the lock of a running git");
});

for (
  const [path, state] of [
    ["nothing", "no such file or directory"],
    ["docs/nothing", "no such file or directory"],
    ["main.ts/x", "no such file or directory"],
    ["../x", "it is not in /tree"],
    ["/other/x", "it is not in /tree"],
  ]
) {
  Deno.test(`a path that is not in the tree is a usage error: ${path}`, async () => {
    assert.equal(
      await rejection(why(path), UsageError),
      `Cannot explain "${path}": ${state}\n` +
        "Name a path relative to the uploaded directory; --list shows the paths that are sent",
    );
  });
}
