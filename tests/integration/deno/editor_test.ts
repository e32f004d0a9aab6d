/** Fake editors: scripts that look at the file that they get, and write to it. */
import assert from "node:assert/strict";
import { editText } from "../../../src/deno/terminal/editor.ts";
import { UsageError } from "../../../src/errors.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { TerminalSession } from "../../support/terminal_session.ts";
import { testWith } from "../../support/tools.ts";

const options = { ignore: Deno.build.os === "windows" };

/** Creates a script `editor`, and sets variables until disposed. $LOG is a file to write to. */
function editorOf(script: string, variables: Record<string, string> = {}) {
  const directory = temporaryDirectory();
  const editor = `${directory.path}/editor`;
  Deno.writeTextFileSync(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const log = `${directory.path}/log`;
  const all: Record<string, string> = { VISUAL: "", EDITOR: editor, LOG: log, ...variables };
  const before = Object.keys(all).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(all)) {
    Deno.env.set(name, value.replace("EDITOR", editor));
  }
  return {
    /** Returns the lines that the script wrote to $LOG. */
    log: () => Deno.readTextFileSync(log).trimEnd().split("\n"),
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
      directory[Symbol.dispose]();
    },
  };
}

/** Its name, its text, and who may look into its directory; then it is edited. */
const EDIT = `{ printf '%s\\n' "$1"; cat "$1"; ls -ld "\${1%/*}" "$1" | cut -c 1-10; } >"$LOG"
echo all >>"$1"`;

function isGone(path: string): boolean {
  try {
    Deno.lstatSync(path.slice(0, path.lastIndexOf("/")));
    return false;
  } catch {
    return true;
  }
}

testWith(["sh"], "the text that the editor saves is returned, and no file is left", async () => {
  using editor = editorOf(EDIT);
  assert.equal(await editText("make\n", "build.sh"), "make\nall\n");
  const [path, text, ...modes] = editor.log();
  assert.match(path, /\/build\.sh$/);
  assert.deepEqual([text, modes.toSorted()], ["make", ["-rw-------", "drwx------"]]);
  assert.ok(isGone(path));
}, options);

testWith(["sh"], "a name that is a path is refused, and no editor runs", async () => {
  using editor = editorOf(`echo ran >"$LOG"`);
  const names = [
    "../x.sh",
    "/tmp/x.sh",
    "a/b.sh",
    ".bashrc",
    "-x.sh",
    'a"&b.sh',
    "a b.sh",
    "a.sh\n",
  ];
  for (const name of names) await assert.rejects(editText("make\n", name), TypeError, name);
  assert.throws(() => editor.log(), Deno.errors.NotFound);
}, options);

testWith(["sh"], "the editor is shell text, and $VISUAL precedes $EDITOR", async () => {
  const variables = { VISUAL: "EDITOR --wait 'two words'", EDITOR: "false" };
  using editor = editorOf(`printf '%s|' "$@" >"$LOG"`, variables);
  assert.equal(await editText("é\n", "build.sh"), "é\n");
  assert.match(editor.log()[0], /^--wait\|two words\|\/[^|]*\/build\.sh\|$/);
}, options);

testWith(["sh"], "an editor that fails or is missing returns nothing", async () => {
  for (const editor of ["EDITOR", "EDITOR-not-there", "EDITOR; rm"]) {
    using failing = editorOf(`${EDIT}; exit 1`, { EDITOR: editor });
    assert.equal(await editText("make\n", "build.sh"), undefined, editor);
    if (editor === "EDITOR") assert.ok(isGone(failing.log()[0]));
  }
}, options);

testWith(
  ["sh"],
  "a byte order mark is dropped, and a file that is not UTF-8 is refused",
  async () => {
    {
      using _ = editorOf(`printf '\\357\\273\\277#!/bin/sh\\n' >"$1"`);
      assert.equal(await editText("", "build.sh"), "#!/bin/sh\n");
    }
    using editor = editorOf(`echo "$1" >"$LOG"; printf 'caf\\351\\n' >"$1"`);
    await assert.rejects(editText("", "build.sh"), UsageError);
    assert.ok(isGone(editor.log()[0]));
  },
  options,
);

testWith(
  ["script", "cat"],
  "the terminal is the editor's until it ends, Ctrl-C too",
  async () => {
    const [program, editor] = ["edit_by_turns.ts", "line_editor.ts"]
      .map((name) => `'${Deno.execPath()}' run -A '${import.meta.dirname}/${name}'`);
    // The shell around it is to live through Ctrl-C as well.
    const words = `trap : INT; ${editor} \\"\\$1\\"; true`;
    await using session = new TerminalSession(`VISUAL="${words}" ${program}`);
    await session.until(/key\?/);
    await session.type("a");
    await session.until(/got a\n[^]*line\?/);
    await session.type("\x03");
    await session.until(/ctrl-c/);
    await session.type("typed here\n");
    await session.until(/saved "typed here\\n"[^]*key\?/);
    await session.type("b");
    await session.until(/got b\ninterrupted: false/);
  },
  { ignore: Deno.build.os !== "linux" },
);
