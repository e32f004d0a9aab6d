import assert from "node:assert/strict";
import { withCalls } from "../../../../src/tekton/shell/shell_functions.ts";
import { type ShellCommand, shellCommands } from "../../../../src/tekton/shell/shell_words.ts";
import { withoutPrefix } from "../../../../src/tekton/shell/prefix.ts";
import { stepCommands } from "../../../../src/tekton/source/step_commands.ts";

const wordsOf = (commands: readonly ShellCommand[]) => commands.map(({ words }) => words);

const scripts: [what: string, script: string, words: string[][]][] = [
  ["quotes are removed", `a 'b c' "d e" f\\ g "h 'i'"`, [["a", "b c", "d e", "f g", "h 'i'"]]],
  ["operators separate commands", "a && b || c; d | e & f", [..."abcdef"].map((one) => [one])],
  ["redirections are words", "a 2>&1 >f &>g", [["a", "2>&1", ">f", "&>g"]]],
  ["comments are left out", "a # b\n# c\nd#e", [["a"], ["d#e"]]],
  ["a backslash continues the line", "a \\\n  b", [["a", "b"]]],
  ["here-documents are left out", "a <<EOF\nit's b\nEOF\nc", [["a", "<<EOF"], ["c"]]],
  ["a here-string is a word", "a <<<b\nc", [["a", "<<<b"], ["c"]]],
  ["expansions stay", 'a $B ${C:-d e} "$(f "g h")"', [["a", "$B", "${C:-d e}", '$(f "g h")']]],
  ["patterns of case are left out", "case $A in\n  b|c) d ;;\n  *) e ;;\nesac\nf", [
    ["case", "$A", "in"],
    ["d"],
    ["e"],
    ["esac"],
    ["f"],
  ]],
  ["an array is one word", "A=(b c) d", [["A=(b c)", "d"]]],
  ["arithmetic is one word", "((a = b + 1))\nc", [["((a = b + 1))"], ["c"]]],
  ["a test is one command", "[[ $a =~ ^(b|c)$ && d ]] && e", [
    ["[[", "$a", "=~", "^(b|c)$", "&&", "d", "]]"],
    ["e"],
  ]],
  ["a bracket elsewhere is no test", "grep [[ a; b", [["grep", "[[", "a"], ["b"]]],
  ["an unclosed quote hides unknown commands", "a\necho 'b\nc", [
    ["a"],
    ["echo", "b\nc"],
    ["(unreadable)"],
  ]],
  ["a function is named before its body", "a() {\n  b\n}", [["function", "a"], ["{"], ["b"], [
    "}",
  ]]],
];

for (const [what, script, words] of scripts) {
  Deno.test(`a shell script as words: ${what}`, () => {
    assert.deepEqual(wordsOf(shellCommands(script)), words);
  });
}

Deno.test("commands in substitutions are found, and Tekton's variables are not commands", () => {
  const inside = (script: string) =>
    shellCommands(script).flatMap(({ substituted }) => wordsOf(substituted));
  assert.deepEqual(inside('A="$(b c | d)"'), [["b", "c"], ["d"]]);
  assert.deepEqual(inside("a `b c` <(d)"), [["b", "c"], ["d"]]);
  assert.deepEqual(inside("a ${B:-$(c)} D=($(e))"), [["c"], ["e"]]);
  assert.deepEqual(inside("a $((1 + 2)) $(params.url) $(workspaces.x.path)/b"), []);
});

Deno.test("calls of functions are replaced by the commands of the functions", () => {
  const called = (script: string) =>
    withCalls(shellCommands(script)).map(({ words }) => withoutPrefix(words))
      .filter((words) => words.length > 0).map((words) => words.join(" "));
  assert.deepEqual(called('get() { git clone "$1" ${2:-.}; }\nget u\nget v w'), [
    "git clone u .",
    "git clone v w",
  ]);
  assert.deepEqual(called('function retry {\n  until "$@"; do sleep 1; done\n}\nretry git pull'), [
    "git pull",
    "sleep 1",
  ]);
  assert.deepEqual(called('get() { dir=$1; shift; git clone "$@" $dir; }\nget a -q u'), [
    "dir=a",
    "shift",
    "git clone -q u $dir",
  ]);
  // A trap may run an uncalled function.
  assert.deepEqual(called("clean() {\n  if x; then { y; }; fi\n}\nmake"), ["x", "y", "make"]);
  assert.deepEqual(called("again() { a; again; }\nagain").at(-1), "a");
});

Deno.test("the commands of a step are those of its script, its command line or its image's entrypoint", () => {
  assert.deepEqual(wordsOf(stepCommands({ script: "eval 'a\nb'" })), [["a"], ["b"]]);
  assert.deepEqual(wordsOf(stepCommands({ command: ["sh", "-ec"], args: ["a; b"] })), [["a"], [
    "b",
  ]]);
  assert.deepEqual(wordsOf(stepCommands({ command: ["a"], args: ["b c"] })), [["a", "b c"]]);
  assert.deepEqual(wordsOf(stepCommands({ image: "alpine/git:2", args: ["pull"] })), [[
    "git",
    "pull",
  ]]);
  assert.deepEqual(wordsOf(stepCommands({ image: "kaniko", args: ["a"] })), []);
});
