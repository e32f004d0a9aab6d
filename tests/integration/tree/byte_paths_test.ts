/** Names that are not UTF-8, created and verified by programs that treat names as bytes. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { denoFiles } from "../../../src/deno/files/files.ts";
import { FileError } from "../../../src/host.ts";
import { pathText } from "../../../src/path_bytes.ts";
import { loadIgnore } from "../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { BYTE_TREE, describe, shell } from "../../support/byte_tree.ts";
import { extract, pack, TARS } from "../../support/tars.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

const isLinux = Deno.build.os === "linux";

testWith(
  ["bsdtar", "busybox"],
  "all three tars extract names and link targets that are not UTF-8 unchanged",
  async () => {
    using place = temporaryDirectory();
    mkdirSync(`${place.path}/from`);
    shell(`${place.path}/from`, BYTE_TREE);
    const { bytes } = await pack(`${place.path}/from`);
    for (const tar of TARS) {
      extract(tar, bytes, `${place.path}/${tar[0]}`);
      assert.equal(describe(`${place.path}/${tar[0]}`), describe(`${place.path}/from`), tar[0]);
    }
  },
  { ignore: !isLinux },
);

testWith(
  ["git"],
  "ignore rules match the bytes of names that are not UTF-8, as in git",
  async () => {
    using place = temporaryDirectory();
    shell(
      place.path,
      String.raw`git init -q
    echo x >"a$b"; echo x >"a$b$b"; echo x >"a$(printf '\303\251')"; mkdir "d$b" "e$b"
    echo 'a?' >.gitignore
    echo x >"d$b/keep"; echo x >"d$b/drop"; echo x >"e$b/drop"
    echo drop >"d$b/.gitignore"; echo '/e?/' >.git/info/exclude`,
    );
    const entries = await Array.fromAsync(
      walk(denoFiles, place.path, await loadIgnore(denoFiles, place.path)),
    );
    const ours = entries.filter(({ kind }) => kind === "file").map(({ path }) => path).sort();
    const expected = [".gitignore", "a\udcff\udcff", "aé", "d\udcff/.gitignore", "d\udcff/keep"];
    assert.deepEqual(ours, expected.sort());
    const theirs = shell(place.path, "git ls-files -zco --exclude-standard");
    assert.deepEqual(ours, pathText(theirs).split("\0").slice(0, -1).sort());
  },
  { ignore: !isLinux },
);

Deno.test(
  "a file with a name that is not UTF-8 can be opened, and errors describe its state",
  {
    ignore: !isLinux,
  },
  async () => {
    using place = temporaryDirectory();
    shell(place.path, `echo hello >"$b"; ln -s "$b" "l$b"; mkfifo "p$b"; mkdir "d$b"; ln -s x ok`);
    const at = (name: string) => `${place.path}/${name}`;
    const state = async (call: Promise<unknown>) => {
      const error = await call.then(() => undefined, (error) => error);
      assert(error instanceof FileError, `${error}`);
      return error.state;
    };
    assert.equal(await denoFiles.readText(at("\udcff")), "hello\n");
    assert.equal(await denoFiles.readText(at("no\udcff")), undefined);
    assert.equal(await denoFiles.stat(at("no\udcff")), undefined);
    assert.equal((await denoFiles.stat(at("l\udcff")))?.kind, "file");
    assert.equal((await denoFiles.lstat(at("l\udcff"))).kind, "symlink");
    assert.equal((await denoFiles.lstat(at("p\udcff"))).kind, "other");
    assert.equal(await denoFiles.readLink(at("l\udcff")), "\udcff");
    assert.deepEqual(await denoFiles.list(at("d\udcff")), []);
    const file = await denoFiles.open(at("\udcff"));
    assert.equal((await file.stat()).sizeBytes, 6);
    assert.equal(await file.read(new Uint8Array(9)), 6);
    assert.equal(await file.read(new Uint8Array(9)), null);
    file.close();
    assert.equal(await state(denoFiles.lstat(at("no\udcff"))), "no such file or directory");
    assert.equal(await state(denoFiles.list(at("\udcff"))), "not a directory");
    assert.equal(await state(denoFiles.open(at("l\udcff"))), "is a symbolic link");
    assert.equal(await state(denoFiles.open(at("p\udcff"))), "is no file");
    assert.equal(
      await state(denoFiles.readStart(at("l\udcff"), new Uint8Array(1))),
      "is a symbolic link",
    );
    assert.equal(
      await state(denoFiles.lstat(at(`${"x".repeat(300)}\udcff`))),
      "its path is longer than the system takes",
    );
  },
);
