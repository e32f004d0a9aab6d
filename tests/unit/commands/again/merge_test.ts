import assert from "node:assert/strict";
import { commandLineOf, wordsOf } from "../../../../src/cli/command_line.ts";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { merged } from "../../../../src/commands/again/merge.ts";
import { moved } from "../../../../src/commands/again/moved.ts";

function lineOf(words: string) {
  return commandLineOf(parse(words.split(" "), PROGRAM));
}

/** Remembered words, the flags of again, and the words that are run. */
const MERGED: [string, string, string][] = [
  ["task upload t", "", "task upload t"],
  ["task upload t -p a=1 -p b=2", "-p a=3", "task upload t -p b=2 -p a=3"],
  ["task upload t -p a=1 -p a=2", "-p a=3", "task upload t -p a=3"],
  ["task upload t -p a=x=1", "-p a.b=3", "task upload t -p a=x=1 -p a.b=3"],
  [
    "task upload t -w claimName=c,name=x -w name=y,emptyDir=",
    "-w name=x,volume=1Gi",
    "task upload t -w name=y,emptyDir= -w name=x,volume=1Gi",
  ],
  [
    "task upload t --result a=1 --result b=1",
    "--result b=2",
    "task upload t --result a=1 --result b=2",
  ],
  ["task upload t -l a=1,b=2", "-l b=3", "task upload t -l a=1,b=2 -l b=3"],
  ["task upload t -n a -c x", "-n b", "task upload t -n b -c x"],
  ["task upload t --ignore a --ignore b", "--ignore c", "task upload t --ignore c"],
  ["task upload t -C", "--no-color=false", "task upload t --no-color=false"],
  ["task upload t --watch", "--dry-run", "task upload t --dry-run"],
  ["task upload t --events --junit x", "--no-continue", "task upload t --no-continue"],
  ["task upload t -o json", "--watch", "task upload t --watch"],
  ["task upload t --no-continue --shell", "--events", "task upload t --events"],
  ["task upload t --break a --after", "--watch", "task upload t --watch"],
  ["task upload t --watch", "--on-failure", "task upload t --on-failure"],
  ["task upload t --no-continue", "--break a", "task upload t --break a"],
  ["task debug t . --on-failure", "-p a=1", "task debug t . --on-failure -p a=1"],
  ["task upload t --no-continue", "-o name", "task upload t --no-continue -o name"],
];

Deno.test("a flag of again wins over the remembered one, by name where it has one", () => {
  for (const [line, over, words] of MERGED) {
    const flags = over === "" ? [] : lineOf(`again ${over}`).flags;
    assert.equal(wordsOf(merged(lineOf(line), flags)).join(" "), words);
    parse(words.split(" "), PROGRAM);
  }
});

/** A line typed in /co, and the same line elsewhere. */
const MOVED: [string, string][] = [
  ["task upload t src", "task upload t /co/src"],
  ["task upload t /src", "task upload t /src"],
  [
    "task upload t ../x -f t.yaml -f - -f https://x/y",
    "task upload t /x -f /co/t.yaml -f - -f https://x/y",
  ],
  ["task debug t --upload . -k k", "task debug t --upload /co -k /co/k"],
  ["task debug t . --on-failure", "task debug t /co --on-failure"],
  ["task start t --junit j.xml --prefix-name p", "task start t --junit /co/j.xml --prefix-name p"],
  [
    "task start t -w name=x,volumeClaimTemplateFile=v.yaml,subPath=p -w csiFile=/c.yaml,name=y",
    "task start t -w name=x,volumeClaimTemplateFile=/co/v.yaml,subPath=p -w csiFile=/c.yaml,name=y",
  ],
  [
    "task upload t . --ignore-file i --on-directory d",
    "task upload t /co --ignore-file i --on-directory d",
  ],
  ["pr upload run src -f r.yaml", "pipelinerun upload run /co/src -f /co/r.yaml"],
];

Deno.test("elsewhere, the paths of a line are those of the directory of its typing", () => {
  for (const [line, words] of MOVED) {
    const call = parse(line.split(" "), PROGRAM);
    assert.equal(wordsOf(moved(call, commandLineOf(call), "/co")).join(" "), words);
  }
});
