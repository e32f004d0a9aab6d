import assert from "node:assert/strict";
import { loadIgnore } from "../../../src/tree/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { tree } from "../../support/tree_text.ts";

/** The files (not directories, not the ignore files) that a walk from `root` gives. */
async function kept(
  text: string,
  options: { root?: string; patterns?: string[] } = {},
): Promise<string[]> {
  const root = options.root ?? "/tree";
  const files = new MemoryFiles(tree(text));
  const entries = await Array.fromAsync(
    walk(files, root, await loadIgnore(files, root, options.patterns)),
  );
  return entries.filter(({ kind }) => kind === "file").map(({ path }) => path)
    .filter((path) => !path.endsWith(".gitignore"));
}

Deno.test("a pattern without a slash is about names at any depth, one with a slash about paths", async () => {
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

Deno.test("a deeper .gitignore opens a directory that one above it ignores", async () => {
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

Deno.test("a pattern with a trailing slash is about directories only, not about links to them", async () => {
  assert.deepEqual(
    await kept(`
      file .gitignore build/
      file build
      file d/build/x
    `),
    ["build"],
  );
});

Deno.test("case counts", async () => {
  assert.deepEqual(await kept("file .gitignore *.LOG\nfile a.log\nfile b.LOG"), ["a.log"]);
});

Deno.test("lines may end in CRLF, begin with a byte order mark, and quote what is special", async () => {
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

Deno.test("a ? is a byte, as for git: é has two", async () => {
  assert.deepEqual(await kept(`file .gitignore "a?\\n"\nfile aé\nfile ab`), ["aé"]);
  assert.deepEqual(await kept(`file .gitignore "a??\\n"\nfile aé\nfile ab`), ["ab"]);
});

Deno.test("info/exclude counts, the .gitignore files count more", async () => {
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

Deno.test("the .gitignore files above the tree count, up to its repository's root", async () => {
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

Deno.test("without a repository no .gitignore above the tree counts, but those in it do", async () => {
  const text = "file .gitignore *.log\nfile a/.gitignore *.tmp\nfile a/x.log\nfile a/x.tmp";
  assert.deepEqual(await kept(text, { root: "/tree/a" }), ["x.log"]);
});

Deno.test("an ignored directory that is named is sent, by its own rules", async () => {
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

Deno.test("patterns of the command line are relative to the tree and win over every file", async () => {
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

Deno.test("a worktree has the info/exclude of the repository that it shares", async () => {
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

Deno.test("a nested repository has its own rules alone", async () => {
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
