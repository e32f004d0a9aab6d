/** git works in the repository that --with-git sends. */
import assert from "node:assert/strict";
import { denoFiles } from "../../../../src/deno/files/files.ts";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { worktreeFiles } from "../../../../src/tree/git/worktree_files.ts";
import { git } from "../../../support/git_judge.ts";
import { extract } from "../../../support/tars.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { testWith } from "../../../support/tools.ts";
import { tree, writeTree } from "../../../support/tree_text.ts";

/** Sends the directory with its .git, and extracts it at `into`. */
async function send(
  root: string,
  into: string,
  onNote: (text: string) => void = (text) => assert.fail(text),
): Promise<void> {
  const files = await worktreeFiles(denoFiles, root);
  const ignore = await loadIgnore(files, root, { withGit: true, onNote });
  const { stream } = archive(walk(files, root, ignore), {
    files,
    root,
    nowSeconds: Date.now() / 1000,
  });
  extract(["tar"], new Uint8Array(await new Response(stream).arrayBuffer()), into);
}

testWith(
  ["git", "tar"],
  "git describe works in the sent repository and sees no change",
  async () => {
    using place = temporaryDirectory();
    const from = `${place.path}/from`;
    git(place.path, "init", "-q", from);
    writeTree(from, tree("file .gitignore *.log\nfile a/b 755 x\nfile c x\nfile d.log x"));
    git(from, "add", "-A");
    git(from, "commit", "-qm", "x");
    git(from, "tag", "v1.log");
    git(from, "gc", "-q");
    git(from, "commit", "-qm", "y", "--allow-empty");
    writeTree(from, tree("file .git/index.lock")); // as if another git is running
    const into = `${place.path}/into`;
    await send(from, into);
    assert.match(git(into, "describe", "--tags", "--dirty"), /^v1\.log-1-g\w+\n$/);
    assert.equal(git(into, "status", "--porcelain"), "");
    git(into, "fsck", "--strict");
  },
);

testWith(
  ["git", "tar"],
  "a submodule works if --with-git sends it together with its repository",
  async () => {
    using place = temporaryDirectory();
    const library = `${place.path}/library`;
    git(place.path, "init", "-q", library);
    writeTree(library, tree("file x x"));
    git(library, "add", "-A");
    git(library, "commit", "-qm", "x");
    git(library, "tag", "-m", "x", "v3");
    const from = `${place.path}/from`;
    git(place.path, "init", "-q", from);
    const allow = ["-c", "protocol.file.allow=always"];
    git(from, ...allow, "submodule", "--quiet", "add", library, "lib");
    git(from, "commit", "-qm", "x");
    const into = `${place.path}/into`;
    await send(from, into);
    assert.equal(git(`${into}/lib`, "describe"), "v3\n");
    assert.equal(git(into, "status", "--porcelain"), "");
  },
);

testWith(
  ["git", "tar"],
  "a worktree arrives as a repository with its own HEAD, index and refs",
  async () => {
    using place = temporaryDirectory();
    const main = `${place.path}/main`;
    git(place.path, "init", "-q", "-b", "main", main);
    writeTree(main, tree("file .gitignore *.log\nfile c x"));
    git(main, "add", "-A");
    git(main, "commit", "-qm", "x");
    git(main, "tag", "v1");
    git(main, "gc", "-q");
    const from = `${place.path}/from`;
    git(main, "worktree", "add", "-q", "-b", "other", from);
    writeTree(from, tree("file d x\nfile e.log x"));
    git(from, "add", "-A");
    git(from, "commit", "-qm", "y");
    git(from, "update-ref", "refs/worktree/mine", "HEAD");
    git(main, "update-ref", "refs/worktree/theirs", "HEAD");
    git(main, "rm", "-q", "c");
    const into = `${place.path}/into`;
    await send(from, into);
    assert.match(git(into, "describe", "--tags", "--dirty"), /^v1-1-g\w+\n$/);
    assert.equal(git(into, "status", "--porcelain", "--branch"), "## other\n");
    assert.equal(git(into, "worktree", "list", "--porcelain").match(/^worktree /gm)?.length, 1);
    assert.equal(git(into, "reflog", "HEAD"), git(from, "reflog", "HEAD"));
    const refs = git(into, "for-each-ref", "--format=%(refname)").trim().split("\n");
    assert.deepEqual(refs, [
      "refs/heads/main",
      "refs/heads/other",
      "refs/tags/v1",
      "refs/worktree/mine",
    ]);
    git(into, "fsck", "--strict");
  },
);

testWith(
  ["git", "tar"],
  "the .git of a worktree of a bare repository is not sent, with a note",
  async () => {
    using place = temporaryDirectory();
    const bare = `${place.path}/bare`;
    git(place.path, "init", "-q", "--bare", bare);
    const from = `${place.path}/from`;
    const empty = git(bare, "hash-object", "-w", "-t", "tree", "/dev/null").trim();
    const commit = git(bare, "commit-tree", "-m", "x", empty).trim();
    git(bare, "worktree", "add", "-q", "-b", "other", from, commit);
    const notes: string[] = [];
    await send(from, `${place.path}/into`, (text) => notes.push(text));
    assert.deepEqual(notes, [`.git is not sent: it only points to ${bare}/worktrees/from`]);
  },
);
