/** Compares quoted paths with those of git. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { quotePath } from "../../../../src/view/text/quote_path.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { testWith } from "../../../support/tools.ts";
import { file, writeTree } from "../../../support/tree_text.ts";

/** Returns the lines of `git -c core.quotePath=VALUE ls-files` for files with these names. */
function listed(value: "on" | "off", names: string[]): string[] {
  using place = temporaryDirectory();
  execFileSync("git", ["init", "-q", place.path]);
  writeTree(place.path, names.map((name) => file(name, "")));
  const text = execFileSync("git", ["-c", `core.quotePath=${value}`, "ls-files", "-o"], {
    cwd: place.path,
    encoding: "utf8",
  });
  return text.split("\n").slice(0, -1).sort();
}

testWith(["git"], "paths are quoted as git does with core.quotePath=off", () => {
  const names = ["plain", "a b", "é", "'x'"];
  for (let code = 1; code < 128; code++) names.push(`x${String.fromCharCode(code)}y`);
  const paths = names.filter((name) => !name.includes("/"));
  assert.deepEqual(paths.map(quotePath).sort(), listed("off", paths));
});

testWith(
  ["git"],
  "characters that control a terminal are quoted as git does with core.quotePath=on",
  () => {
    const codes = [0x80, 0x9b, 0x9f, 0xad, 0x61c, 0x200e, 0x202e, 0x2028, 0x2066, 0xfeff];
    const paths = codes.map((code) => `x${String.fromCharCode(code)}y`);
    assert.deepEqual(paths.map(quotePath).sort(), listed("on", paths));
  },
);
