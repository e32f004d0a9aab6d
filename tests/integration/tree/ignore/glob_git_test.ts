/** Compares random globs on random paths with git. */
import assert from "node:assert/strict";
import { testWith } from "../../../support/tools.ts";
import { bytes, lastMatch, parsePatterns } from "../../../../src/tree/ignore/gitignore.ts";
import { Random } from "../../../support/random.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";

const GLOB_PARTS = ["a", "b", "é", "/", "/", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[^b-z]"]
  .concat(["[]-a]", "[[:alpha:]]", "[[:no:]]", "[a", "\\a", "\\*", ".", "-", "]", "!", " "]);
const PATH_PARTS = ["a", "b", "c", "é", "/", "/", ".", "-", "]", "*", "!", " "];
const ROUNDS = 600;
const GLOBS = 40;

testWith(["git"], "a pattern ignores the paths that git says it ignores", async () => {
  const seed = Date.now() % 1_000_000;
  const random = new Random(seed);
  const text = (parts: string[]) =>
    Array.from({ length: 1 + random.below(5) }, () => random.pick(parts)).join("");
  using temporary = temporaryDirectory();
  const directory = temporary.path;
  await git(directory, ["init", "--quiet"]);
  for (let round = 0; round < ROUNDS; round++) {
    const paths = Array.from({ length: GLOBS }, () => text(PATH_PARTS)).filter(isPath);
    const pattern = text(GLOB_PARTS);
    await Deno.writeTextFile(`${directory}/.gitignore`, `${pattern}\n`);
    const ignored = await checkIgnore(directory, paths);
    for (const path of paths) {
      const ours = isIgnored(pattern, path);
      assert.equal(ours, ignored.has(path), `seed ${seed}: ${pattern} on ${path}`);
    }
  }
});

/** Decides like the walk: first each parent as a directory, then the path itself as a file. */
function isIgnored(pattern: string, path: string): boolean {
  const patterns = parsePatterns(pattern);
  const parts = path.split("/");
  return parts.some((_, depth) => {
    const at = bytes(parts.slice(0, depth + 1).join("/"));
    const isDirectory = depth < parts.length - 1;
    const found = lastMatch(patterns, { path: at, name: at.split("/").at(-1)!, isDirectory });
    return found !== undefined && !found.negated;
  });
}

function isPath(path: string): boolean {
  return path.split("/").every((part) => !["", ".", ".."].includes(part));
}

async function checkIgnore(directory: string, paths: string[]): Promise<Set<string>> {
  const args = ["check-ignore", "-z", "--stdin", "--no-index"];
  const output = await git(directory, args, paths.map((path) => `${path}\0`).join(""));
  return new Set(output.split("\0").filter((path) => path !== ""));
}

async function git(cwd: string, args: string[], stdin = ""): Promise<string> {
  const options = { args, cwd, stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const process = new Deno.Command("git", options).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  return new TextDecoder().decode((await process.output()).stdout);
}
