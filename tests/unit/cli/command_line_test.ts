import assert from "node:assert/strict";
import { commandLineOf, withFlag, wordsOf } from "../../../src/cli/command_line.ts";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { CLUSTER } from "../../../src/cli/shared_flags.ts";

function written(words: readonly string[]): string[] {
  return wordsOf(commandLineOf(parse(words, PROGRAM)));
}

/** A command line, and its words as they are written again. */
const LINES: [string, string][] = [
  ["p upload greet", "pipeline upload greet"],
  ["-n x task upload t . --watch", "task upload t . -n x --watch"],
  ["task upload t --watch=restart", "task upload t --watch=restart"],
  ["task upload t --delete", "task upload t --delete"],
  ["task upload t -CLp a=b", "task upload t --no-color --last -p a=b"],
  ["task upload t --showlogs=false --param=a=b", "task upload t --showlogs=false -p a=b"],
  ["task upload t --showlog", "task upload t --showlogs=true"],
  [
    "task upload t -p a=1 -w name=x,emptyDir= -p b=-2",
    "task upload t -p a=1 -p b=-2 -w name=x,emptyDir=",
  ],
  ["task upload t -p -x=1", "task upload t -p -x=1"],
  ["task upload t -C -C=false", "task upload t --no-color --no-color=false"],
  ["task upload t -- -dir", "task upload -- t -dir"],
  ["pr upload -f run.yaml ./src", "pipelinerun upload ./src -f run.yaml"],
];

Deno.test("a call is written as words that make the same call", () => {
  for (const [line, words] of LINES) {
    assert.equal(written(line.split(" ")).join(" "), words);
    const again = parse(written(line.split(" ")), PROGRAM);
    const first = parse(line.split(" "), PROGRAM);
    assert.deepEqual([again.args, again.flags.all()], [first.args, first.flags.all()], line);
  }
});

Deno.test("a flag's value may be empty, and a word may have blanks and newlines", () => {
  const words = ["task", "upload", "t", "a b", "-s", "", "-p", "script=a\nb c"];
  assert.deepEqual(written(words), words);
});

Deno.test("a flag's value takes the place of all of its values", () => {
  const line = commandLineOf(parse("task upload t -n a -C -n b".split(" "), PROGRAM));
  const namespace = CLUSTER.find(({ name }) => name === "namespace")!;
  assert.equal(wordsOf(withFlag(line, namespace, "c")).join(" "), "task upload t --no-color -n c");
});
