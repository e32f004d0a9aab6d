/** What --with-git sends is a repository where it arrives: git itself works in it. */
import assert from "node:assert/strict";
import { denoFiles } from "../../../src/deno/files.ts";
import { archive } from "../../../src/tree/archive.ts";
import { loadIgnore } from "../../../src/tree/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { git } from "../../support/git_judge.ts";
import { extract } from "../../support/tars.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import { tree, writeTree } from "../../support/tree_text.ts";

/** The directory with its .git, as tar makes it again at `into`. */
async function send(root: string, into: string): Promise<void> {
  const onNote = (text: string) => assert.fail(text);
  const ignore = await loadIgnore(denoFiles, root, { withGit: true, onNote });
  const { stream } = archive(walk(denoFiles, root, ignore), {
    files: denoFiles,
    root,
    nowSeconds: Date.now() / 1000,
  });
  extract(["tar"], new Uint8Array(await new Response(stream).arrayBuffer()), into);
}

testWith(
  ["git", "tar"],
  "git describe works in what --with-git sent, and sees no change",
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
    writeTree(from, tree("file .git/index.lock")); // another git is at work
    const into = `${place.path}/into`;
    await send(from, into);
    assert.match(git(into, "describe", "--tags", "--dirty"), /^v1\.log-1-g\w+\n$/);
    assert.equal(git(into, "status", "--porcelain"), "");
    git(into, "fsck", "--strict");
  },
);

testWith(
  ["git", "tar"],
  "a submodule is one where --with-git sent it with what it is in",
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
