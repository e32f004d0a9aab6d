import assert from "node:assert/strict";
import { flagsOf } from "../../../../src/commands/files/choose_run.ts";
import { shellWord } from "../../../../src/view/text/shell_word.ts";

Deno.test("a word is quoted only if a shell would read it otherwise", () => {
  for (const word of ["a/b-c.yaml", "x=1", "user@host:22", "50%", "a,b"]) {
    assert.equal(shellWord(word), word);
  }
  assert.equal(shellWord("a b"), "'a b'");
  assert.equal(shellWord("$HOME"), "'$HOME'");
  assert.equal(shellWord(""), "''");
  assert.equal(shellWord("it's"), "'it'\\''s'");
});

Deno.test("a word with characters that cannot be shown is on one line, for bash and zsh", () => {
  assert.equal(shellWord("a\nb"), "$'a\\nb'");
  assert.equal(shellWord("it's \\ \x1b[31m"), "$'it\\'s \\\\ \\033[31m'");
  assert.equal(shellWord("caf\udce9 \u202e"), "$'caf\\351 \\342\\200\\256'");
});

Deno.test("the path of a file in a hint can be typed, even with a quote in it", () => {
  assert.equal(flagsOf(["a.yaml", "it's.yaml"]), "-f a.yaml -f 'it'\\''s.yaml'");
});
