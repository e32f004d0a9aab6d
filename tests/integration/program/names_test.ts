/** Names that are not UTF-8, through the command line, which also tests the compiled program. */
import assert from "node:assert/strict";
import { shell } from "../../support/byte_tree.ts";
import { commandLine } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

const isLinux = Deno.build.os === "linux";

/** As words of a shell. */
function program(...args: string[]): string {
  return commandLine(args).map((word) => `'${word}'`).join(" ");
}

/** The lines, byte by byte, sorted. */
function lines(cwd: string, script: string): string[] {
  return shell(cwd, script).toString("latin1").split("\n").slice(0, -1).sort();
}

const GIT_LINES = "git ls-files -zco --exclude-standard | tr '\\0' '\\n'";

testWith(["git"], "--list tells them as they are, tracked ones too that are ignored", () => {
  using place = temporaryDirectory();
  shell(
    place.path,
    `git init -q; mkdir "d$b"; echo x >"d$b/$c"; echo x >"$b.log"; echo x >"$c.log"
    echo '*.log' >.gitignore; git add -f "$b.log"`,
  );
  const listed = lines(place.path, program("task", "upload", "any", ".", "--list"));
  assert.equal(listed.length, 3);
  assert.deepEqual(listed, lines(place.path, GIT_LINES));
}, { ignore: !isLinux });

testWith(["git"], "git is asked about a repository in a directory with such a name", () => {
  using place = temporaryDirectory();
  shell(
    place.path,
    `mkdir "d$b"; cd "d$b"; git init -q; echo x >"$c.log"; echo x >other.log
    echo '*.log' >.gitignore; git add -f "$c.log"`,
  );
  const listed = lines(place.path, program("task", "upload", "any", ".", "--list"));
  const theirs = lines(place.path, `cd "d$b"; ${GIT_LINES}`).map((path) => `d\xff/${path}`);
  assert.deepEqual(listed, theirs.sort());
}, { ignore: !isLinux });

Deno.test("the directory itself may have such a name, as the working directory or by a link", {
  ignore: !isLinux,
}, () => {
  using place = temporaryDirectory();
  shell(place.path, `mkdir "d$b"; echo x >"d$b/$c"; ln -s "d$b" link`);
  const expected = ["caf\xe9"];
  const list = (directory: string) => program("task", "upload", "any", directory, "--list");
  assert.deepEqual(lines(place.path, `cd "d$b"; ${list(".")}`), expected);
  assert.deepEqual(lines(place.path, list("link")), expected);
});

testWith(["git"], "a variable of the environment may be such a path", () => {
  using place = temporaryDirectory();
  shell(
    place.path,
    `mkdir -p "h$b/git" tree; cd tree; git init -q; echo x >a.log; echo x >b
    echo '*.log' >"../h$b/git/ignore"`,
  );
  const list = program("task", "upload", "any", "tree", "--list");
  const listed = lines(place.path, `XDG_CONFIG_HOME="$PWD/h$b" ${list}`);
  assert.deepEqual(listed, ["b"]);
}, { ignore: !isLinux });
