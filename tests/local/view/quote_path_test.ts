/** git is the judge of how a path is one line. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { quotePath } from "../../../src/view/quote_path.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import { file, writeTree } from "../../support/tree_text.ts";

testWith(["git"], "paths are quoted as git does with core.quotePath=off", () => {
  using place = temporaryDirectory();
  const names = ["plain", "a b", "é", "'x'"];
  for (let code = 1; code < 128; code++) names.push(`x${String.fromCharCode(code)}y`);
  const paths = names.filter((name) => !name.includes("/"));
  execFileSync("git", ["init", "-q", place.path]);
  writeTree(place.path, paths.map((path) => file(path, "")));
  const listed = execFileSync("git", ["-c", "core.quotePath=off", "ls-files", "-o"], {
    cwd: place.path,
    encoding: "utf8",
  });
  assert.deepEqual(paths.map(quotePath).sort(), listed.split("\n").slice(0, -1).sort());
});
