import assert from "node:assert/strict";
import { GitIndex } from "../../../../src/tree/git/git_index.ts";

const LISTED = [
  "H 100644 0123 0\tbuild.gradle",
  "H 100755 0123 0\tS 100755 x",
  "S 100755 0123 0\tdocs/a b",
  "S 100644 0123 0\tdocs/new\nline",
  "H 160000 0123 0\tlib",
  "M 100755 0123 2\tmerged",
  "M 100755 0123 3\tmerged",
].map((line) => `${line}\0`).join("");

Deno.test("files that are not checked out and submodules are listed by path", () => {
  const { notCheckedOut, submodules } = new GitIndex(LISTED, "sub");
  assert.deepEqual(notCheckedOut, ["sub/docs/a b", "sub/docs/new\nline"]);
  assert.deepEqual(submodules, ["sub/lib"]);
});

Deno.test("the index decides which files are executable only if the file system can't", () => {
  assert.equal(new GitIndex(LISTED).isExecutable("S 100755 x"), undefined);
  const index = new GitIndex(LISTED, "", { trustsModes: false, hasLinks: true });
  const executable = ["build.gradle", "S 100755 x", "docs/a b", "merged", "untracked"]
    .filter((path) => index.isExecutable(path));
  assert.deepEqual(executable, ["S 100755 x", "docs/a b", "merged"]);
});

Deno.test("the index decides which files are links only if the file system has no links", () => {
  const listed = "H 120000 0123 0\ta/link\0H 100644 0123 0\tfile\0";
  assert.equal(new GitIndex(listed).isLink("a/link"), false);
  const index = new GitIndex(listed, "", { trustsModes: true, hasLinks: false });
  assert.deepEqual(["a/link", "file", "untracked"].filter((path) => index.isLink(path)), [
    "a/link",
  ]);
});

Deno.test("an empty index has nothing", () => {
  const { notCheckedOut, submodules } = new GitIndex();
  assert.deepEqual([notCheckedOut, submodules], [[], []]);
});
