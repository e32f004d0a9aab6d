/** Names that are not UTF-8: programs that take them as bytes make them, and judge what became of them. */
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { denoFiles } from "../../../src/deno/files.ts";
import { FileError } from "../../../src/host.ts";
import { pathText } from "../../../src/path_bytes.ts";
import { loadIgnore } from "../../../src/tree/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { extract, pack, TARS } from "../../support/tars.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

const isLinux = Deno.build.os === "linux";

/** What the shell says, as bytes: it knows no others. `$b` and `$c` are bytes that are no character. */
function shell(cwd: string, script: string): Buffer {
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-ec", `b=$(printf '\\377') c=$(printf 'caf\\351')\n${script}`],
    { cwd, env: { PATH: Deno.env.get("PATH"), LC_ALL: "C" }, maxBuffer: 1 << 28 },
  );
  assert.deepEqual({ status, stderr: `${stderr}` }, { status: 0, stderr: "" });
  return stdout;
}

/** All of a tree that is to arrive, a line each, by programs that take names as bytes. */
function describe(root: string): string {
  return shell(
    root,
    String.raw`find . -type f -printf '%y %m %n %.10T@ %P\0' | sort -z
    find . -type l -printf '%y %P -> %l\0' | sort -z
    find . -type d -printf '%y %m %P\0' | sort -z
    find . -type f -print0 | sort -z | xargs -0 sha256sum`,
  ).toString("latin1");
}

const TREE = `
  echo hello >"$c"
  mkdir -p "dir$b/empty$b" plain
  echo deep >"dir$b/$c"
  echo plain >"dir$b/é"
  ln -s "$c" link
  ln -s "../$b" "plain/$c"
  echo script >"plain/run$b.sh"
  chmod 755 "plain/run$b.sh"
  ln "plain/run$b.sh" "plain/same$c"
  echo "U+FFFD" >"$(printf '\\357\\277\\275')"
  echo x >"$(printf %0250d 0)$b"
  mkdir -p "$(printf %0120d 0)$b/$(printf %0120d 0)$b"
  echo x >"$(printf %0120d 0)$b/$(printf %0120d 0)$b/$b"
  ln -s "$(printf %0200d 0)$b" "long$b"
  head -c 300000 /dev/zero >"large$b"
`;

testWith(
  ["bsdtar", "busybox"],
  "names and link targets that are not UTF-8 arrive as they are, by all three tars",
  async () => {
    using place = temporaryDirectory();
    mkdirSync(`${place.path}/from`);
    shell(`${place.path}/from`, TREE);
    const { bytes } = await pack(`${place.path}/from`);
    for (const tar of TARS) {
      extract(tar, bytes, `${place.path}/${tar[0]}`);
      assert.equal(describe(`${place.path}/${tar[0]}`), describe(`${place.path}/from`), tar[0]);
    }
  },
  { ignore: !isLinux },
);

testWith(["git"], "--list tells them as they are, tracked ones too that are ignored", () => {
  using place = temporaryDirectory();
  shell(
    place.path,
    `git init -q; mkdir "d$b"; echo x >"d$b/$c"; echo x >"$b.log"; echo x >"$c.log"
    echo '*.log' >.gitignore; git add -f "$b.log"`,
  );
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const listed = shell(
    place.path,
    `'${Deno.execPath()}' run -A --quiet '${main}' task upload any . --list`,
  );
  assert.equal(
    listed.toString("latin1").split("\n").sort().join("\n"),
    shell(place.path, "git ls-files -zco --exclude-standard | tr '\\0' '\\n'; echo")
      .toString("latin1").split("\n").slice(0, -1).sort().join("\n"),
  );
}, { ignore: !isLinux });

testWith(["git"], "git's rules are about their bytes", async () => {
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
}, { ignore: !isLinux });

Deno.test("such a file is one that can be opened, is gone, or may not be followed", {
  ignore: !isLinux,
}, async () => {
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
});
