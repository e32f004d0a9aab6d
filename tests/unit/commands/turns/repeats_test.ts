import assert from "node:assert/strict";
import { Repeats } from "../../../../src/commands/turns/repeats.ts";
import type { Entry } from "../../../../src/tree/walk.ts";

function file(mtimeSeconds: number): Entry {
  return { path: "a.txt", kind: "file", sizeBytes: 1, mode: 0o644, mtimeSeconds };
}

/** Returns the words that show work that cannot be repeated: "TREE:CODE", "shell". */
function found(story: string): string {
  const repeats = new Repeats();
  return story.split(" ").filter((word) => {
    if (word === "shell") return void repeats.touched();
    const [tree, code] = word.split(":").map(Number);
    return repeats.ended([file(tree)], code);
  }).join(" ");
}

const STORIES: [sentence: string, story: string, shown: string][] = [
  ["work that fails after it ended with 0 shows it", "1:0 1:2", "1:2"],
  ["it shows it once", "1:0 1:2 1:2 1:0 1:3", "1:2"],
  ["a saved file may be the reason", "1:0 2:1 2:1", ""],
  ["a file that is as it was is not the reason", "1:0 2:1 1:1", "1:1"],
  ["a tree that never ended with 0 shows nothing", "1:1 1:1 2:1", ""],
  ["what the user did in a shell may be the reason", "1:0 shell 1:1 1:1", ""],
  ["a turn after the shell counts", "1:0 shell 1:0 1:1", "1:1"],
];

for (const [sentence, story, shown] of STORIES) {
  Deno.test(`repeated work: ${sentence}`, () => assert.equal(found(story), shown));
}
