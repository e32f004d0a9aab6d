import assert from "node:assert/strict";
import { bashLines, readBashLine } from "../../../../src/cli/completion/bash_line.ts";
import { directive, protocolLines } from "../../../../src/cli/completion/protocol.ts";
import type { Completed } from "../../../../src/cli/completion/completed.ts";

const BREAKS = " \t\n\"'@><=;|&(:";

Deno.test("candidates are lines with a tab before their text, and a directive after them", () => {
  const candidates = [{ word: "a", text: "the  first\none" }, { word: "b=" }];
  assert.deepEqual(protocolLines({ candidates, isStart: true, isOrdered: true }), [
    "a\tthe first one",
    "b=",
    ":38",
  ]);
});

Deno.test("the directive says what the shell completes itself", () => {
  assert.equal(directive({ candidates: [] }), 4);
  assert.equal(directive({ candidates: [], files: "files" }), 0);
  assert.equal(directive({ candidates: [], files: "directories" }), 16);
});

Deno.test("no candidate has a control character, and no text does", () => {
  const candidates = [
    { word: "a\nb" },
    { word: "a\tb" },
    { word: "a\x1b[31m" },
    { word: "a\u202e" },
    { word: "" },
    { word: "good", text: "\x1b]0;title\x07 red\x9b31m" },
  ];
  assert.deepEqual(protocolLines({ candidates }), ["good\t]0;title red 31m", ":4"]);
});

Deno.test("a long text is cut", () => {
  const [line] = protocolLines({ candidates: [{ word: "a", text: "x".repeat(200) }] });
  assert.equal(line, `a\t${"x".repeat(99)}…`);
});

Deno.test("a line of bash is read without its quotes and without evaluating anything", () => {
  const read = (line: string) => readBashLine(line, BREAKS).words;
  assert.deepEqual(read("tkn-dev p upload "), ["tkn-dev", "p", "upload", ""]);
  assert.deepEqual(read(`a 'b c' "d \\" \\x" e\\ f g''h`), ["a", "b c", 'd " \\x', "e f", "gh"]);
  assert.deepEqual(read("a $(touch x) `id` $HOME ~/x"), [
    "a",
    "$(touch",
    "x)",
    "`id`",
    "$HOME",
    "~/x",
  ]);
  assert.deepEqual(read("a ''"), ["a", ""]);
  assert.deepEqual(read("a\\"), ["a"]);
});

Deno.test("readline keeps what is before a break or an open quote", () => {
  const kept = (line: string) => {
    const { quote, kept } = readBashLine(line, BREAKS);
    return [quote, kept];
  };
  assert.deepEqual(kept("a --eol"), ["", 0]);
  assert.deepEqual(kept("a --eol=g"), ["", 6]);
  assert.deepEqual(kept("a name=s,claimName="), ["", 17]);
  assert.deepEqual(kept("a 'name=s,cl"), ["'", 0]);
  assert.deepEqual(kept('a p="x y'), ['"', 2]);
  assert.deepEqual(kept("a x\\=y"), ["", 0]);
});

function lines(completed: Completed, line: string, options = {}) {
  return bashLines(completed, readBashLine(line, BREAKS), { type: 9, columns: 40, ...options });
}

Deno.test("bash gets the rest of the word, quoted, and a space after a single one", () => {
  const one = (word: string) => ({ candidates: [{ word, text: "text" }] });
  assert.deepEqual(lines(one("--eol=git"), "a --eol=g"), ["4", "git "]);
  assert.deepEqual(lines({ ...one("p="), isStart: true }, "a p"), ["6", "p="]);
  assert.deepEqual(lines(one("p=$(id) 'x';"), "a p="), ["4", "\\$\\(id\\)\\ \\'x\\'\\; "]);
  assert.deepEqual(lines(one("p=$(id) x"), "a 'p="), ["4", "p=$(id) x"]);
  assert.deepEqual(lines(one("p=it's"), "a 'p="), ["4"]);
  assert.deepEqual(lines(one('p="$`\\x'), 'a "p='), ["4", 'p=\\"\\$\\`\\\\x']);
  assert.deepEqual(lines(one("p=a!b"), 'a "p='), ["4"]);
  assert.deepEqual(lines(one("~x"), "a "), ["4", "\\~x "]);
});

Deno.test("several candidates are listed with their texts, unless bash inserts them", () => {
  const candidates = [{ word: "a", text: "the first of the two that are here" }, { word: "long" }];
  assert.deepEqual(lines({ candidates }, "x "), [
    "4",
    "a     (the first of the two that are …)",
    "long",
  ]);
  assert.deepEqual(lines({ candidates }, "x ", { columns: 10 }), ["4", "a", "long"]);
  assert.deepEqual(lines({ candidates }, "x ", { type: 37 }), ["4", "a ", "long "]);
});
