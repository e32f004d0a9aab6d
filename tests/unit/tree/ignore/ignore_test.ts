import assert from "node:assert/strict";
import { type IgnoreOptions, loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../../src/tree/walk.ts";
import type { GitAnswers } from "../../../../src/tree/git/git_answers.ts";
import { gitAnswers } from "../../../support/git_answers.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";

/** Returns the files of a walk from `root`, without directories and .gitignore files. */
async function kept(
  text: string,
  options: { root?: string; patterns?: string[] } & IgnoreOptions = {},
): Promise<string[]> {
  const root = options.root ?? "/tree";
  const files = new MemoryFiles(tree(text));
  const extra = [{ label: "--ignore", text: (options.patterns ?? []).join("\n"), isFile: false }];
  const entries = await Array.fromAsync(
    walk(files, root, await loadIgnore(files, root, { extra, ...options })),
  );
  return entries.filter(({ kind }) => kind === "file").map(({ path }) => path)
    .filter((path) => !path.endsWith(".gitignore"));
}

Deno.test("a pattern without a slash matches names at any depth, a pattern with a slash matches paths", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore "*.log\\n/top\\na/b\\n"
      file x.log
      file d/x.log
      file top
      file d/top
      file a/b
      file d/a/b
    `),
    ["d/a/b", "d/top"],
  );
});

Deno.test("the deeper .gitignore wins, and can re-include", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore *.log
      file d/.gitignore !keep.log
      file keep.log
      file d/keep.log
      file d/other.log
    `),
    ["d/keep.log"],
  );
});

Deno.test("a deeper .gitignore can re-include a directory", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore a/b/
      file a/.gitignore !b/
      file a/b/c
    `),
    ["a/b/c"],
  );
});

Deno.test("nothing below an ignored directory can be re-included", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore "out/\\n!out/keep\\n"
      file out/keep
      file out/.gitignore !keep
    `),
    [],
  );
});

Deno.test("a pattern with a trailing slash matches directories only", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore build/
      file build
      file d/build/x
    `),
    ["build"],
  );
});

Deno.test("patterns are case-sensitive", async () => {
  assert.deepEqual(await kept("file .gitignore *.LOG\nfile a.log\nfile b.LOG"), ["a.log"]);
});

Deno.test("lines may end in CRLF, begin with a byte order mark, and quote special characters", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore "\\ufeffa\\r\\n# b\\r\\n\\\\#c\\n\\\\!d\\ne \\nf\\\\ \\ng\\t\\n"
      file a
      file b
      file #c
      file !d
      file e
      file "f "
      file f
      file g
    `),
    ["b", "f", "g"],
  );
});

Deno.test("a ? matches one byte, as in git: é has two", async () => {
  assert.deepEqual(await kept(`file .gitignore "a?\\n"\nfile aé\nfile ab`), ["aé"]);
  assert.deepEqual(await kept(`file .gitignore "a??\\n"\nfile aé\nfile ab`), ["ab"]);
});

Deno.test("info/exclude counts, and .gitignore files win over it", async () => {
  assert.deepEqual(
    await kept(`
      file .git/HEAD
      file .git/info/exclude "*.tmp\\n*.bak\\n"
      file .gitignore !*.bak
      file a.tmp
      file a.bak
    `),
    ["a.bak"],
  );
});

Deno.test("the .gitignore files above the tree count, up to the repository's root", async () => {
  const text = `
    file .gitignore outside
    file repo/.git/HEAD
    file repo/.git/info/exclude /a/b/excluded
    file repo/.gitignore "*.log\\n/a/b/anchored\\n"
    file repo/a/.gitignore !keep.log
    file repo/a/b/outside
    file repo/a/b/excluded
    file repo/a/b/anchored
    file repo/a/b/keep.log
    file repo/a/b/x.log
  `;
  assert.deepEqual(await kept(text, { root: "/tree/repo/a/b" }), ["keep.log", "outside"]);
});

Deno.test("without a repository, only the .gitignore files in the tree count", async () => {
  const text = "file .gitignore *.log\nfile a/.gitignore *.tmp\nfile a/x.log\nfile a/x.tmp";
  assert.deepEqual(await kept(text, { root: "/tree/a" }), ["x.log"]);
});

Deno.test("an ignored directory that is uploaded itself is sent by its own rules", async () => {
  const text = `
    file .git/HEAD
    file .gitignore "dist/\\n*.map\\n"
    file dist/web/.gitignore *.tmp
    file dist/web/app.js
    file dist/web/app.js.map
    file dist/web/app.tmp
  `;
  assert.deepEqual(await kept(text, { root: "/tree/dist/web" }), ["app.js", "app.js.map"]);
  assert.deepEqual(await kept(text), []);
});

Deno.test("patterns of the command line are relative to the tree and win over all files", async () => {
  const text = `
    file repo/.git/HEAD
    file repo/a/.gitignore "!x.log\\nsecret\\n"
    file repo/a/x.log
    file repo/a/secret
    file repo/a/d/top
    file repo/a/top
  `;
  assert.deepEqual(
    await kept(text, { root: "/tree/repo/a", patterns: ["*.log", "/top", "!secret"] }),
    ["d/top", "secret"],
  );
});

Deno.test("a worktree uses the info/exclude of its repository", async () => {
  assert.deepEqual(
    await kept(
      `
      file main/.git/HEAD
      file main/.git/info/exclude *.tmp
      file main/.git/worktrees/w/HEAD
      file main/.git/worktrees/w/commondir ../..
      file w/.git "gitdir: /tree/main/.git/worktrees/w\\n"
      file w/a.tmp
      file w/a
    `,
      { root: "/tree/w" },
    ),
    ["a"],
  );
});

Deno.test("in a nested repository, only its own rules count", async () => {
  assert.deepEqual(
    await kept(`
      file .git/HEAD
      file .git/modules/library/HEAD
      file .git/modules/library/info/exclude mine
      file .gitignore *.log
      file library/.git "gitdir: ../.git/modules/library"
      file library/x.log
      file library/mine
      file library/.gitignore *.tmp
      file library/d/x.tmp
      file own/.git/config
      file own/x.log
    `),
    ["library/x.log"],
  );
});

Deno.test("a .gitignore that is a link or a directory is not read", async () => {
  assert.deepEqual(
    await kept(`
      file rules *
      link a/.gitignore -> ../rules
      file a/f
      file b/.gitignore/f
    `),
    ["a/f", "b/.gitignore/f", "rules"],
  );
});

/** Answers of git, by directory. */
function git(answers: Record<string, Partial<GitAnswers> | string>): IgnoreOptions["askGit"] {
  return (directory) => {
    const answer = answers[directory] ?? "not expected in this test";
    return Promise.resolve(typeof answer === "string" ? answer : gitAnswers(answer));
  };
}

/** Returns the output of `git ls-files --stage -z`. */
function staged(...paths: string[]): string {
  return paths.map((path) => `100644 0123 0\t${path}\0`).join("");
}

const IGNORED = `
  file .git/HEAD
  file .gitignore "*.log\\nbuild/\\n"
  file a.log
  file b.log
  file build/.gitignore !*
  file build/a/x
  file build/a/y
  file build/b/z
  file c
`;

Deno.test("tracked files are sent although ignored; from an ignored directory, only those", async () => {
  const askGit = git({ "/tree": { tracked: staged("a.log", "build/a/x") } });
  assert.deepEqual(await kept(IGNORED, { askGit }), ["a.log", "build/a/x", "c"]);
});

Deno.test("an ignored directory is entered only on the way to a tracked file", async () => {
  const files = new MemoryFiles(tree(IGNORED));
  const askGit = git({ "/tree": { tracked: staged("build/a/x") } });
  await Array.fromAsync(walk(files, "/tree", await loadIgnore(files, "/tree", { askGit })));
  assert(files.touched.includes("/tree/build/a"));
  assert(!files.touched.includes("/tree/build/b"));
  assert(!files.touched.includes("/tree/build/.gitignore"));
});

Deno.test("the command line can drop a tracked file, but re-includes nothing in an ignored directory", async () => {
  const askGit = git({ "/tree": { tracked: staged("a.log", "build/a/x") } });
  assert.deepEqual(await kept(IGNORED, { askGit, patterns: ["a.log", "!y"] }), ["build/a/x", "c"]);
});

Deno.test("an ignored submodule is entered and has its own rules", async () => {
  const text = `
    file .git/HEAD
    file .gitignore vendor/
    file vendor/lib/.git/HEAD
    file vendor/lib/.gitignore *.o
    file vendor/lib/x.c
    file vendor/lib/x.o
    file vendor/other/x.c
  `;
  const askGit = git({
    "/tree": { tracked: "160000 0123 0\tvendor/lib\0" },
    "/tree/vendor/lib": {},
  });
  assert.deepEqual(await kept(text, { askGit }), ["vendor/lib/x.c"]);
});

Deno.test("a tracked file does not re-include an ignored directory of the same name", async () => {
  const files = new MemoryFiles(tree("file .git/HEAD\nfile .gitignore a\nfile a/x\nfile b"));
  const askGit = git({ "/tree": { tracked: staged("a") } });
  const entries = walk(files, "/tree", await loadIgnore(files, "/tree", { askGit }));
  const paths = (await Array.fromAsync(entries)).map(({ path }) => path);
  assert.deepEqual(paths, [".gitignore", "b"]);
});

Deno.test("a file that replaced a submodule is tracked", async () => {
  const text = "file .git/HEAD\nfile .gitignore a\nfile a\nfile b";
  const askGit = git({ "/tree": { tracked: "160000 0123 0\ta\0" } });
  assert.deepEqual(await kept(text, { askGit }), ["a", "b"]);
});

Deno.test("of an ignored directory that is uploaded itself, the tracked files are sent", async () => {
  const askGit = git({ "/tree/build": { tracked: staged("a/x") } });
  assert.deepEqual(await kept(IGNORED, { root: "/tree/build", askGit }), ["a/x"]);
  const none = git({ "/tree/build": {} });
  assert.deepEqual(await kept(IGNORED, { root: "/tree/build", askGit: none }), [
    "a/x",
    "a/y",
    "b/z",
  ]);
});

Deno.test("core.excludesFile has the lowest precedence, and is relative to the repository's root", async () => {
  const text = `
    file home/ignore "/sub/x\\n*.tmp\\n*.bak\\n"
    file repo/.git/HEAD
    file repo/.git/info/exclude !*.bak
    file repo/mine a
    file repo/sub/x
    file repo/sub/y/x
    file repo/sub/a.tmp
    file repo/sub/a.bak
    file repo/sub/a
  `;
  const root = "/tree/repo/sub";
  const askGit = git({ [root]: { excludesFile: "/tree/home/ignore" } });
  assert.deepEqual(await kept(text, { root, askGit }), ["a", "a.bak", "y/x"]);
  const relative = git({ [root]: { excludesFile: "mine" } });
  assert.deepEqual(await kept(text, { root, askGit: relative }), ["a.bak", "a.tmp", "x", "y/x"]);
});

Deno.test("patterns are not case-sensitive with core.ignoreCase", async () => {
  const text = `
    file .git/HEAD
    file .gitignore "*.LOG\\n/Sub/a\\nB?\\n[a-c]x\\n[[:upper:]]y\\n[D]z\\n"
    file x.log
    file X.Log
    file sub/A
    file bb
    file CX
    file Cy
    file dz
  `;
  assert.deepEqual(await kept(text, { askGit: git({ "/tree": { ignoresCase: true } }) }), ["dz"]);
  const all = ["CX", "X.Log", "bb", "dz", "sub/A", "x.log"];
  assert.deepEqual(await kept(text, { askGit: git({ "/tree": {} }) }), all);
});

Deno.test("an excludes file that is missing or unreadable is ignored", async () => {
  const files = new MemoryFiles(tree("file .git/HEAD\nfile a"));
  for (const path of ["/tree/nowhere", "/tree/.git/HEAD"]) {
    files.deny("/tree/.git/HEAD");
    const askGit = git({ "/tree": { excludesFile: path } });
    const entries = walk(files, "/tree", await loadIgnore(files, "/tree", { askGit }));
    assert.deepEqual((await Array.fromAsync(entries)).map(({ path }) => path), ["a"]);
  }
});

Deno.test("if git does not answer, only rules in files count, with a note; outside a repository without one", async () => {
  const notes: string[] = [];
  const askGit = git({ "/tree": "git is not installed" });
  const onNote = (text: string) => notes.push(text);
  assert.deepEqual(await kept(IGNORED, { askGit, onNote }), ["c"]);
  assert.deepEqual(notes, [
    "git is not installed: ignore rules are read from .gitignore and .git/info/exclude only, " +
    "not from core.excludesFile, and tracked files that they match are left out",
  ]);
  notes.length = 0;
  assert.deepEqual(await kept("file .gitignore a\nfile a\nfile b", { askGit, onNote }), ["b"]);
  assert.deepEqual(notes, []);
});

Deno.test(".tektonignore wins over git's rules, and later rules win over it", async () => {
  const text = `
    file .gitignore a
    file .tektonignore "!a\\n/b\\n/c\\n"
    file a
    file b
    file c
    file d/.tektonignore b
    file d/b
  `;
  const all = [".tektonignore", "a", "d/.tektonignore", "d/b"];
  assert.deepEqual(await kept(text), all);
  const extra = [{ label: "one", text: "!b\n" }, { label: "two", text: "!c\nb\n" }];
  assert.deepEqual(await kept(text, { extra }), [".tektonignore", "a", "c", "d/.tektonignore"]);
});

/** git's answers about rules do not count in this test. */
const ALL = gitAnswers({ excludesFile: "/tree/.gitignore" });

Deno.test("without git's rules, everything is sent except .git and --ignore", async () => {
  const text =
    "file .git/HEAD\nfile .gitignore *\nfile .tektonignore *\nfile a\nfile d/b\nfile d/.git/x";
  const options = { readsFiles: false, patterns: ["d/b"], askGit: () => Promise.resolve(ALL) };
  assert.deepEqual(await kept(text, options), [".tektonignore", "a"]);
});

Deno.test("--with-git sends .git except its lock files, although rules ignore it", async () => {
  const text = `
    file .git/HEAD
    file .git/index.lock
    file .git/refs/heads/x.log
    file .gitignore *.log
    file a.log
    file sub/.git/HEAD
  `;
  const sent = [".git/HEAD", ".git/refs/heads/x.log"];
  assert.deepEqual(await kept(text, { withGit: true }), [...sent, "sub/.git/HEAD"]);
  assert.deepEqual(await kept(text, { withGit: true, patterns: ["sub/.git"] }), sent);
  const all = { withGit: true, readsFiles: false, patterns: ["sub/"] };
  assert.deepEqual(await kept(text, all), [...sent, "a.log"]);
});

Deno.test("a .git that would not work in the step is left out, with a note", async () => {
  const notes: string[] = [];
  const text = `
    file .git/HEAD
    file .git/modules/lib/HEAD
    file lib/.git "gitdir: ../.git/modules/lib\\n"
    file out/.git "gitdir: ../../.git/modules/lib\\n"
    file worktree/.git "gitdir: /tree/.git/worktrees/w\\n"
    file shared/.git/HEAD
    file shared/.git/objects/info/alternates "/other/objects\\n"
    link link/.git -> ../.git
  `;
  const options = { withGit: true, onNote: (text: string) => notes.push(text) };
  const sent = [".git/HEAD", ".git/modules/lib/HEAD", "lib/.git"];
  assert.deepEqual(await kept(text, options), sent);
  assert.deepEqual(notes.splice(0), [
    "link/.git is not sent: it is not a directory",
    "out/.git is not sent: it only points to ../../.git/modules/lib",
    "shared/.git is not sent: it borrows objects from /other/objects",
    "worktree/.git is not sent: it only points to /tree/.git/worktrees/w",
  ]);
  await kept("file .git/HEAD\nfile a/x", { ...options, root: "/tree/a" });
  assert.deepEqual(notes, [".git is not sent: it is not in /tree/a but in /tree"]);
});
