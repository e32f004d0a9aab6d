import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { gitFiles, walkedFiles } from "../../support/git_judge.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { file, type TreeNode, writeTree } from "../../support/tree_text.ts";
import corpus from "../corpus/ignore.json" with { type: "json" };
import { fc, type Target } from "../target.ts";

interface Input {
  /** The contents of .gitignore in the root and in directory "a". */
  readonly rules: string;
  readonly inner: string;
  readonly paths: string[];
}

/** Single characters, for patterns that no user would write. */
const units = [
  "a",
  "b",
  "a",
  "b",
  "é",
  "A",
  "/",
  "/",
  "*",
  "**",
  "?",
  "[",
  "]",
  "!",
  "\\",
  "#",
  " ",
  "-",
]
  .concat(["^", ".", "[a-b]", "[!a]", "[[:alpha:]]", "\t", "{a,b}", "\r"]);
const pattern = fc.array(fc.constantFrom(...units), { maxLength: 7 }).map((all) => all.join(""));
const rules = fc.array(pattern, { maxLength: 5 }).map((all) =>
  all.map((one) => `${one}\n`).join("")
);
const name = fc.array(
  fc.constantFrom("a", "b", "é", "A", " ", "-", "!", "#", "[", "]", "\\", "*"),
  {
    minLength: 1,
    maxLength: 3,
  },
).map((all) => all.join(""));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));

export const ignoreTarget: Target<Input> = {
  name: "ignore",
  claim: "for any .gitignore, the upload has the files that git lists",
  inputs: fc.record({
    rules,
    inner: fc.oneof(fc.constant(""), rules),
    paths: fc.array(path, { minLength: 1, maxLength: 12 }),
  }),
  async check({ rules, inner, paths }) {
    using place = temporaryDirectory();
    const root = place.path;
    execFileSync("git", ["init", "-q", "--template=", root]);
    const nodes = [".gitignore", "a/.gitignore"].map((path, at) => file(path, [rules, inner][at]));
    writeTree(root, withoutClashes([...nodes, ...paths.map((path) => file(path, ""))]));
    assert.deepEqual(await walkedFiles(root), gitFiles(root));
  },
  corpus,
  runs: 800,
  needs: ["git"],
  permissions: "inherit",
};

/** Drops files where a directory must be, and repeated paths. */
function withoutClashes(nodes: TreeNode[]): TreeNode[] {
  const unique = [...new Map(nodes.map((node) => [node.path, node])).values()];
  return unique.filter(({ path }) => !unique.some((other) => other.path.startsWith(`${path}/`)));
}
