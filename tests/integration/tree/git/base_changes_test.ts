/** The changes since a commit: with them, a clone has the files that a whole upload sends. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { capture } from "../../../../src/deno/capture.ts";
import { denoFiles } from "../../../../src/deno/files/files.ts";
import { askAboutBase, baseChanges } from "../../../../src/tree/git/base_changes.ts";
import { findBase } from "../../../../src/tree/git/base_commit.ts";
import { gitAsker } from "../../../../src/tree/git/git_answers.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { type Entry, walk } from "../../../../src/tree/walk.ts";
import { git } from "../../../support/git_judge.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { testWith } from "../../../support/tools.ts";
import { tree, writeTree } from "../../../support/tree_text.ts";

/** Creates a repository with one commit, and a clone of it. Returns the path of the clone. */
function cloned(directory: string, text: string): string {
  const server = `${directory}/server`;
  mkdirSync(server);
  git(server, "init", "-q", "-b", "main");
  writeTree(server, tree(text));
  git(server, "add", "-A");
  git(server, "commit", "-qm", "one");
  git(directory, "clone", "-q", server, "work");
  return `${directory}/work`;
}

function commitAll(root: string, message: string): string {
  git(root, "add", "-A");
  git(root, "commit", "-qm", message);
  return head(root);
}

function head(root: string): string {
  return git(root, "rev-parse", "HEAD").trim();
}

async function entriesOf(root: string): Promise<Entry[]> {
  const askGit = gitAsker({ capture, env: { get: () => undefined } });
  return await Array.fromAsync(
    walk(denoFiles, root, await loadIgnore(denoFiles, root, { askGit })),
  );
}

async function changesOf(root: string, asked?: string) {
  const base = await findBase(capture, root, asked);
  const answers = await askAboutBase(capture, root, base);
  return { ...baseChanges(await entriesOf(root), answers), base };
}

/** Returns a clone of the base with the changes on top of it. */
async function applied(directory: string, root: string): Promise<string> {
  const { base, entries, removed, submodules } = await changesOf(root);
  assert.deepEqual(submodules, []);
  const result = `${directory}/result`;
  git(directory, "clone", "-q", `${directory}/server`, result);
  git(result, "checkout", "-q", base.commit);
  for (const path of removed) rmSync(`${result}/${path}`, { recursive: true });
  for (const { path, kind, linkTarget, mode } of entries) {
    if (kind === "directory") {
      mkdirSync(`${result}/${path}`, { recursive: true });
      continue;
    }
    rmSync(`${result}/${path}`, { force: true, recursive: true });
    if (kind === "symlink") symlinkSync(linkTarget!, `${result}/${path}`);
    else {
      cpSync(`${root}/${path}`, `${result}/${path}`);
      chmodSync(`${result}/${path}`, mode);
    }
  }
  return result;
}

const paths = (entries: readonly Entry[]) =>
  entries.filter(({ kind }) => kind !== "directory").map(({ path }) => path).sort();

testWith(
  ["git"],
  "a clone with the changes has the files, modes and links of the tree",
  async () => {
    using place = temporaryDirectory();
    const root = cloned(
      place.path,
      `file same x
     file changed x
     file staged x
     file mode 644 x
     file deleted x
     file d/deleted x
     file becomes-link x
     file becomes-directory x
     file directory/inside x
     link link-moves -> same
     link link-becomes-directory -> same
     file uncached x
     file .gitignore *.log`,
    );
    for (
      const path of ["deleted", "d", "becomes-link", "becomes-directory", "directory", "link-moves"]
    ) rmSync(`${root}/${path}`, { recursive: true });
    rmSync(`${root}/link-becomes-directory`);
    writeTree(
      root,
      tree(`file changed y
      file staged y
      file mode 755 x
      link becomes-link -> same
      file becomes-directory/inside x
      file directory x
      link link-moves -> changed
      file link-becomes-directory/inside x
      file untracked/a/b x
      file intended x
      file ignored.log x
      dir empty`),
    );
    git(root, "add", "staged");
    git(root, "add", "--intent-to-add", "intended");
    git(root, "rm", "-q", "--cached", "uncached");
    const result = await applied(place.path, root);
    // git compares both working trees with the same commit.
    for (const at of [root, result]) {
      git(at, "reset", "-q");
      git(at, "add", "-A");
    }
    assert.equal(git(result, "write-tree"), git(root, "write-tree"));
    const { entries } = await changesOf(root);
    assert.ok(!paths(entries).includes("same"));
    assert.ok(entries.some(({ path }) => path === "empty"));
  },
);

testWith(
  ["git"],
  "commits that no remote-tracking branch has are part of the changes",
  async () => {
    using place = temporaryDirectory();
    const root = cloned(place.path, "file a x\nfile b x");
    const pushed = head(root);
    assert.deepEqual((await changesOf(root)).entries, []);
    writeTree(root, tree("file a y"));
    commitAll(root, "two");
    writeTree(root, tree("file c y"));
    const { base, entries } = await changesOf(root);
    assert.deepEqual([base.commit, paths(entries)], [pushed, ["a", "c"]]);
    assert.equal(base.name, `${pushed.slice(0, 7)} (origin/main)`);
    const onTop = await changesOf(root, "HEAD");
    assert.deepEqual([onTop.base.commit, paths(onTop.entries)], [head(root), ["c"]]);
  },
);

testWith(["git"], "the base is the newest commit that a remote has, of several", async () => {
  using place = temporaryDirectory();
  const root = cloned(place.path, "file a x");
  git(root, "checkout", "-qb", "other");
  writeTree(root, tree("file b x"));
  const later = commitAll(root, "two");
  git(root, "push", "-q", "origin", "other");
  git(root, "checkout", "-q", "main");
  writeTree(root, tree("file c x"));
  commitAll(root, "three");
  git(root, "merge", "-q", "--no-edit", "other");
  const { base } = await changesOf(root);
  assert.equal(base.commit, later);
  assert.match(base.name, /\(origin\/other\)$/);
});

testWith(["git"], "files that git does not look at are sent as they are", async () => {
  using place = temporaryDirectory();
  const root = cloned(place.path, "file assumed x\nfile skipped x\nfile gone x\nfile a x");
  git(root, "update-index", "--assume-unchanged", "assumed");
  git(root, "update-index", "--skip-worktree", "skipped", "gone");
  writeTree(root, tree("file assumed y\nfile skipped y"));
  rmSync(`${root}/gone`);
  const { entries, removed } = await changesOf(root);
  assert.deepEqual([paths(entries), removed], [["assumed", "skipped"], []]);
});

testWith(
  ["git"],
  "line ends that git converts are no change, and a touched file is not one either",
  async () => {
    using place = temporaryDirectory();
    const root = cloned(place.path, 'file .gitattributes "* text=auto"\nfile a "1\\n"\nfile b x');
    writeFileSync(`${root}/a`, "1\r\n");
    writeFileSync(`${root}/b`, "x");
    assert.deepEqual((await changesOf(root)).entries, []);
    writeFileSync(`${root}/a`, "1\r\n2\r\n");
    assert.deepEqual(paths((await changesOf(root)).entries), ["a"]);
  },
);

testWith(["git"], "an unmerged file is sent as it is in the tree", async () => {
  using place = temporaryDirectory();
  const root = cloned(place.path, "file a x\nfile b x");
  git(root, "checkout", "-qb", "other");
  writeTree(root, tree("file a y"));
  rmSync(`${root}/b`);
  commitAll(root, "two");
  git(root, "checkout", "-q", "main");
  writeTree(root, tree("file a z\nfile b z"));
  commitAll(root, "three");
  assert.throws(() => git(root, "merge", "other"));
  const { entries, removed } = await changesOf(root);
  assert.deepEqual([paths(entries), removed], [["a", "b"], []]);
});

testWith(
  ["git"],
  "rules besides git's decide what is sent, and what is left as it is",
  async () => {
    using place = temporaryDirectory();
    const root = cloned(
      place.path,
      'file .tektonignore "/kept\\n!dist/"\nfile .gitignore dist/\nfile kept x\nfile a x',
    );
    writeTree(root, tree("file kept y\nfile dist/app x"));
    const { entries, removed, leftOut } = await changesOf(root);
    assert.deepEqual([paths(entries), removed, leftOut], [["dist/app"], [], ["kept"]]);
  },
);

testWith(["git"], "a submodule is not sent; one that differs is named", async () => {
  using place = temporaryDirectory();
  const root = cloned(place.path, "file a x");
  const library = `${place.path}/library`;
  mkdirSync(library);
  git(library, "init", "-q", "-b", "main");
  writeTree(library, tree("file code x"));
  commitAll(library, "one");
  git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "lib");
  commitAll(root, "two");
  git(root, "push", "-q", "origin", "HEAD:refs/heads/two");
  const same = await changesOf(root);
  assert.deepEqual([same.entries, same.submodules], [[], []]);
  writeTree(root, tree("file lib/code y"));
  assert.deepEqual((await changesOf(root)).submodules, ["lib"]);
  commitAll(`${root}/lib`, "three");
  assert.deepEqual((await changesOf(root)).submodules, ["lib"]);
  git(root, "rm", "-qf", "lib");
  const gone = await changesOf(root);
  assert.deepEqual([gone.submodules, gone.removed], [[], ["lib"]]);
});

testWith(["git"], "what has no base is refused with the reason", async () => {
  using place = temporaryDirectory();
  const root = cloned(place.path, "file a x\nfile sub/b x");
  const refusal = async (at: string, asked?: string) => {
    const error = await findBase(capture, at, asked).then(() => undefined, (error) => error);
    return error?.message.replaceAll(place.path, "");
  };
  mkdirSync(`${place.path}/plain`);
  assert.equal(
    await refusal(`${place.path}/plain`),
    'Cannot find a base for "/plain": git knows no checkout there',
  );
  assert.equal(
    await refusal(`${root}/sub`),
    'Cannot upload "/work/sub" on a base: it is not the root of its checkout',
  );
  assert.equal(
    await refusal(root, "--all"),
    'Cannot use --base "--all": this checkout has no such commit',
  );
  assert.equal(
    await refusal(`${place.path}/server`),
    'Cannot find a base for "/server": it has no remote-tracking branch',
  );
  git(root, "checkout", "-q", "--orphan", "alone");
  assert.equal(
    await refusal(root),
    'Cannot find a base for "/work": it has no commit yet',
  );
  git(root, "commit", "-qm", "alone");
  assert.equal(
    await refusal(root),
    'Cannot find a base for "/work": no remote-tracking branch has an ancestor of HEAD',
  );
});
