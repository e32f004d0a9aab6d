import assert from "node:assert/strict";
import { globToRegExp } from "../../../../src/tree/ignore/glob.ts";

/** tests/integration/tree/ignore/glob_git_test.ts compares random globs with git. */
const ROWS: [glob: string, matches: string[], others: string[]][] = [
  ["*.log", ["a.log", ".log"], ["a.txt", "b/a.log"]],
  ["a?c", ["abc"], ["ac", "a/c", "abbc"]],
  ["**/a", ["a", "b/a", "c/b/a"], ["ba", "b/c"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "b/a"]],
  ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]],
  ["a**b", ["ab", "axxb"], ["a/b"]],
  ["[a-c]x[!0-9]", ["axz", "cx-"], ["dxz", "ax1", "ax/"]],
  ["[^a]", ["b"], ["a", "/"]],
  ["[]a]", ["]", "a"], ["b"]],
  ["[[:upper:][:digit:]_]*", ["A1", "_", "0"], ["a"]],
  ["\\*", ["*"], ["a"]],
  ["[a", [], ["[a", "a"]],
  ["a\\", [], ["a", "a\\"]],
  ["*a*b*c", ["abc", "xaxbxc"], ["acb", "ab"]],
];

Deno.test("a glob matches as in a .gitignore", () => {
  for (const [glob, matches, others] of ROWS) {
    const expression = globToRegExp(glob);
    for (const text of matches) assert(expression.test(text), `${glob} does match ${text}`);
    for (const text of others) assert(!expression.test(text), `${glob} matches no ${text}`);
  }
});

Deno.test("a glob with many stars fails fast", () => {
  // With backtracking, this would take minutes.
  assert(!globToRegExp(`**/${"*a".repeat(12)}b`).test("a".repeat(200)));
});
