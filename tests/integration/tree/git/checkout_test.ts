/** The files sent from a checkout, compared with git. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { git } from "../../../support/git_judge.ts";
import { sendSource } from "../../../support/sent_source.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { testWith } from "../../../support/tools.ts";
import { tree, writeTree } from "../../../support/tree_text.ts";

/** Creates a repository with one commit. */
function repository(at: string, text: string): string {
  mkdirSync(at, { recursive: true });
  git(at, "init", "-q", "-b", "main");
  writeTree(at, tree(text));
  git(at, "add", "-A");
  git(at, "commit", "-qm", "x");
  return at;
}

function modesBelow(root: string, paths: readonly string[]): string {
  return paths.map((path) => `${path} ${(statSync(`${root}/${path}`).mode & 0o777).toString(8)}`)
    .join("\n");
}

testWith(
  ["git", "tar"],
  "modes are those of a clone: for unusual local modes, and from the index alone",
  async () => {
    using place = temporaryDirectory();
    const text = "file a/run.sh 755 x\nfile a/x 644 x\nfile b 644 x";
    const from = repository(`${place.path}/from`, text);
    const paths = ["a", "a/run.sh", "a/x", "b"];
    const umask = Deno.umask(0o022); // clones have the user's, uploads do not
    git(place.path, "clone", "-q", from, "clone");
    Deno.umask(umask);
    const cloned = modesBelow(`${place.path}/clone`, paths);
    chmodSync(`${from}/a`, 0o700);
    chmodSync(`${from}/a/run.sh`, 0o744);
    chmodSync(`${from}/a/x`, 0o600);
    await sendSource(from, `${place.path}/odd`);
    assert.equal(modesBelow(`${place.path}/odd`, paths), cloned);
    git(from, "config", "core.fileMode", "false");
    chmodSync(`${from}/a/run.sh`, 0o644);
    chmodSync(`${from}/b`, 0o777);
    writeTree(from, tree("file new 755 x"));
    await sendSource(from, `${place.path}/index`);
    assert.equal(modesBelow(`${place.path}/index`, [...paths, "new"]), `${cloned}\nnew 644`);
    git(from, "update-index", "--chmod=+x", "b");
    const { entries } = await sendSource(from, `${place.path}/changed`);
    assert.equal(entries.find(({ path }) => path === "b")?.mode, 0o755);
  },
);

testWith(["git", "tar"], "a link that is checked out as a file arrives as a link", async () => {
  using place = temporaryDirectory();
  const from = repository(`${place.path}/from`, "file a/x x\nlink a/link -> x");
  git(place.path, "clone", "-q", "-c", "core.symlinks=false", from, "clone");
  const clone = `${place.path}/clone`;
  assert(lstatSync(`${clone}/a/link`).isFile());
  const { text } = await sendSource(clone, `${place.path}/into`);
  assert.equal(readlinkSync(`${place.path}/into/a/link`), "x");
  assert.equal(text("a/link"), "x");
});

testWith(
  ["git", "tar"],
  "--eol=git sends the files that git would check out on Linux, and --eol=asis has a note",
  async () => {
    using place = temporaryDirectory();
    const from = repository(
      `${place.path}/from`,
      'file .gitattributes "*.bat text eol=crlf\\n*.bin -text\\n"\nfile build.sh 755 "#!/bin/sh\\necho\\n"\n' +
        'file image.bin "a\\nb\\n"\nfile sub/x.txt "1\\n2\\n"\nfile w.bat "rem\\n"\nfile z "a\\u0000\\r\\n"',
    );
    git(place.path, "clone", "-q", "-c", "core.autocrlf=true", from, "windows");
    git(place.path, "clone", "-q", from, "linux");
    const windows = `${place.path}/windows`;
    assert.equal(readFileSync(`${windows}/build.sh`, "utf8"), "#!/bin/sh\r\necho\r\n");
    const asIs = await sendSource(windows, `${place.path}/asis`);
    assert.deepEqual(asIs.notes, [
      "3 files have LF in git but CRLF locally: .gitattributes, build.sh, sub/x.txt; " +
      "--eol=git sends what git would check out on Linux",
    ]);
    assert.equal(asIs.text("build.sh"), "#!/bin/sh\r\necho\r\n");
    const { notes } = await sendSource(windows, `${place.path}/git`, "--eol=git");
    assert.deepEqual(notes, ["3 local CRLF files are sent with LF, as in git"]);
    for (const path of [".gitattributes", "build.sh", "image.bin", "sub/x.txt", "w.bat", "z"]) {
      assert.deepEqual(
        readFileSync(`${place.path}/git/${path}`),
        readFileSync(`${place.path}/linux/${path}`),
        path,
      );
    }
    // A local change is sent as git would add it.
    writeTree(windows, tree('file build.sh 755 "#!/bin/sh\\r\\necho changed\\r\\n"'));
    const changed = await sendSource(windows, `${place.path}/changed`, "--eol=git");
    assert.equal(changed.text("build.sh"), "#!/bin/sh\necho changed\n");
    const below = await sendSource(`${windows}/sub`, `${place.path}/below`, "--eol=git");
    assert.equal(below.text("x.txt"), "1\n2\n");
  },
);

testWith(
  ["git", "tar"],
  "a file that an editor converted to CRLF is reported, even if git would not convert it",
  async () => {
    using place = temporaryDirectory();
    const from = repository(`${place.path}/from`, 'file a.sh "x\\n"\nfile b "x\\r\\n"');
    writeTree(from, tree('file a.sh "y\\r\\n"\nfile new "x\\r\\n"'));
    const { notes } = await sendSource(from, `${place.path}/into`, "--eol=git");
    assert.deepEqual(notes, [
      "1 file has LF in git but CRLF locally: a.sh; " +
      "to let git convert them, add * text=auto to .gitattributes or set core.autocrlf",
    ]);
  },
);

testWith(
  ["git", "tar"],
  "files that are not checked out are reported with the command that gets them",
  async () => {
    using place = temporaryDirectory();
    const pointer = `version https://git-lfs.github.com/spec/v1\\noid sha256:${"0".repeat(64)}` +
      "\\nsize 12345\\n";
    const library = repository(`${place.path}/library`, "file l x");
    const from = repository(
      `${place.path}/from`,
      `file a x\nfile docs/one x\nfile docs/two x\nfile model.bin "${pointer}"\nfile near "${
        "x".repeat(130)
      }"`,
    );
    const allow = ["-c", "protocol.file.allow=always"];
    git(from, ...allow, "submodule", "--quiet", "add", library, "lib");
    git(from, "commit", "-qm", "y");
    git(place.path, "clone", "-q", from, "clone");
    const clone = `${place.path}/clone`;
    git(clone, "sparse-checkout", "set", "--no-cone", "/*", "!/docs/");
    git(clone, "update-index", "--skip-worktree", "a", "near");
    rmSync(`${clone}/near`);
    const { notes, entries } = await sendSource(clone, `${place.path}/into`);
    assert.deepEqual(notes, [
      "3 tracked files are not checked out and are not sent: docs/one, docs/two, near; " +
      "to get them: git sparse-checkout disable, or git update-index --no-skip-worktree PATH",
      "1 submodule is not checked out and is sent empty: lib; " +
      "to get them: git submodule update --init --recursive",
      "1 file is a git LFS pointer, not the content: model.bin; to get the content: git lfs pull",
    ]);
    const paths = entries.map(({ path }) => path);
    assert(paths.includes("a") && paths.includes("lib") && !paths.includes("near"));
  },
);

const SECRET = /s3cret|czNjcmV0/;

/** Returns the lines with a secret in any file below `root`. */
function secretLines(root: string): string {
  return execFileSync("grep", ["-rae", "s3cret\\|czNjcmV0", root], {
    encoding: "utf8",
    stdio: "pipe",
  });
}

function assertNoSecret(root: string): void {
  let found: string;
  try {
    found = secretLines(root);
  } catch (error) {
    assert.equal((error as { status?: number }).status, 1);
    return;
  }
  assert.fail(found);
}

testWith(
  ["git", "tar", "grep"],
  "no password anywhere in .git is sent, and a working repository arrives",
  async () => {
    using place = temporaryDirectory();
    const library = repository(`${place.path}/library`, "file l x");
    const from = repository(`${place.path}/from`, "file a x");
    const allow = ["-c", "protocol.file.allow=always"];
    git(from, ...allow, "submodule", "--quiet", "add", library, "lib");
    git(from, "commit", "-qm", "y");
    git(from, "remote", "add", "origin", "https://me:s3cret@git.example.com/team/app.git");
    git(
      from,
      "config",
      "http.https://git.example.com/.extraheader",
      "AUTHORIZATION: basic czNjcmV0",
    );
    git(from, "config", "credential.helper", "store --file=.git/mine");
    git(from, "config", "extensions.worktreeConfig", "true");
    git(from, "config", "--worktree", "http.proxy", "http://me:s3cret@proxy:3128");
    git(`${from}/lib`, "config", "remote.origin.url", "https://s3cret@git.example.com/lib.git");
    git(from, "config", "include.path", "more.cfg");
    const url = "https://me:s3cret@git.example.com/x";
    git(from, "reflog", "show");
    writeTree(
      from,
      tree(`
      file .git/mine "${url}\\n"
      file .git/more.cfg "[url \\"${url}\\"]\\n\\tinsteadOf = x:\\n"
      file .git/branches/old ${url}
      file .git/objects/info/http-alternates ${url}
    `),
    );
    for (const log of [".git/logs/HEAD", ".git/FETCH_HEAD", ".git/modules/lib/logs/HEAD"]) {
      const before = lstatSync(`${from}/${log}`, { throwIfNoEntry: false }) === undefined
        ? ""
        : readFileSync(`${from}/${log}`, "utf8");
      const hash = git(from, "rev-parse", "HEAD").trim();
      const line = `${hash} ${hash} a <a@b> 1700000000 +0000\tpull ${url} main: Fast-forward\n`;
      writeFileSync(`${from}/${log}`, before + line);
    }
    assert.match(secretLines(from), SECRET);
    for (const flags of [[], ["--secrets=deny"]]) {
      const into = `${place.path}/into${flags.length}`;
      const { notes } = await sendSource(from, into, "--with-git", ...flags);
      assertNoSecret(into);
      assert.equal(notes.length, 1);
      assert.match(
        notes[0],
        /^Passwords and tokens in .*\.git\/config.* are not sent$/,
      );
      rmSync(`${into}/.git/objects/info/http-alternates`);
      assert.equal(
        git(into, "remote", "get-url", "origin"),
        "https://git.example.com/team/app.git\n",
      );
      assert.equal(git(into, "status", "--porcelain"), "");
      assert.equal(git(into, "reflog"), git(from, "reflog").replace("me:s3cret@", ""));
      git(into, "fsck", "--strict");
    }
    const plain = await sendSource(library, `${place.path}/plain`, "--with-git");
    assert.deepEqual(plain.notes, []);
  },
);

testWith(
  ["git", "tar", "grep"],
  "no password of the repository of a worktree is sent",
  async () => {
    using place = temporaryDirectory();
    const from = repository(`${place.path}/from`, "file a x");
    git(from, "remote", "add", "origin", "https://s3cret@git.example.com/team/app.git");
    const worktree = `${place.path}/worktree`;
    git(from, "worktree", "add", "-q", "-b", "other", worktree);
    const { notes } = await sendSource(worktree, `${place.path}/into`, "--with-git");
    assertNoSecret(`${place.path}/into`);
    assert.deepEqual(notes, ["Passwords and tokens in .git/config are not sent"]);
    assert.equal(git(`${place.path}/into`, "status", "--porcelain", "--branch"), "## other\n");
  },
);

testWith(
  ["git", "tar", "sh"],
  "a repository that borrows objects is refused with the command that copies them",
  async () => {
    using place = temporaryDirectory();
    const main = repository(`${place.path}/main`, "file a x");
    git(place.path, "clone", "-q", "--shared", main, "shared");
    const shared = `${place.path}/shared`;
    git(shared, "worktree", "add", "-q", "-b", "other", `${place.path}/worktree`);
    for (const from of [shared, `${place.path}/worktree`]) {
      await assert.rejects(
        sendSource(from, `${place.path}/no`, "--with-git"),
        (error: Error & { hint?: string }) => {
          assert.equal(
            error.message,
            `Cannot upload "${from}" with git: ${shared}/.git borrows objects from ${main}/.git/objects`,
          );
          assert(error.hint?.startsWith("To copy them: "));
          if (from !== shared) {
            const command = error.hint!.slice("To copy them: ".length);
            execFileSync("sh", ["-c", command], { env: { PATH: process.env.PATH }, stdio: "pipe" });
          }
          return true;
        },
      );
    }
    rmSync(main, { recursive: true });
    for (const from of [shared, `${place.path}/worktree`]) {
      const into = `${place.path}/into${from.length}`;
      const { notes } = await sendSource(from, into, "--with-git");
      assert.deepEqual(notes, []);
      assert.equal(git(into, "status", "--porcelain"), "");
      git(into, "fsck", "--strict", "--full");
    }
  },
);
