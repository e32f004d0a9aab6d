/** Compares the walk with `git ls-files` on random trees. */
import assert from "node:assert/strict";
import { git, gitFiles, sentFiles } from "../../../support/git_judge.ts";
import { testWith } from "../../../support/tools.ts";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { Random } from "../../../support/random.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { directory, file, link, type TreeNode, writeTree } from "../../../support/tree_text.ts";

/** Fewer seeds for the compiled program, which is started for each listing. */
const SEEDS = Deno.env.has("TKN_DEV") ? 20 : 200;
const RICH_SEEDS = Deno.env.has("TKN_DEV") ? 10 : 80;
const NAMES = ["a", "b", "ab", "a.log", "b.log", "A", "build", "é", "a b", "#a", "!a", "x1"];
const PARTS = [
  ...NAMES,
  "*",
  "?",
  "a*",
  "*b",
  "*.log",
  "?.log",
  "[ab]",
  "[!a]",
  "[^b]",
  "[a-c]*",
  "[[:digit:]]",
  "x[[:digit:]]",
  "b[u]ild",
  "\\a",
  "\\A",
  "*.LOG",
  "AB",
  "[AB]",
  "[A-C]*",
  "[Y-b]*",
  "[[:upper:]]*",
  "[![:upper:]]",
  "\\#a",
  "\\!a",
  "a\\ b",
  "[",
  "a[",
  "é?",
  "??",
];

function randomTree(random: Random): TreeNode[] {
  const nodes: TreeNode[] = [];
  const fill = (path: string, depth: number) => {
    if (random.below(3) === 0) nodes.push(file(`${path}.gitignore`, randomPatterns(random)));
    for (const name of random.some(NAMES, 6)) {
      const kind = random.below(depth < 4 ? 5 : 3);
      if (kind === 0) nodes.push(link(path + name, random.pick(NAMES)));
      else if (kind < 3) nodes.push(file(path + name, "x"));
      else {
        nodes.push(directory(path + name));
        fill(`${path}${name}/`, depth + 1);
      }
    }
  };
  fill("", 0);
  return nodes;
}

function randomPatterns(random: Random): string {
  const lines = Array.from({ length: 1 + random.below(5) }, () => {
    const parts = Array.from({ length: 1 + random.below(3) }, () => random.pick(PARTS));
    if (random.below(4) === 0) parts.splice(random.below(parts.length + 1), 0, "**");
    const start = random.pick(["", "", "", "/", "!", "!/", "#"]);
    return start + parts.join("/") + random.pick(["", "", "/", " ", "/**", "\t"]);
  });
  return lines.join(random.pick(["\n", "\n", "\r\n"])) + random.pick(["", "\n"]);
}

testWith(
  ["git"],
  `git and the walk agree on ${SEEDS} random trees, from the root and from below it`,
  async () => {
    let compared = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      using place = temporaryDirectory();
      const repository = place.path;
      const random = new Random(seed);
      execFileSync("git", ["init", "-q", repository]);
      const nodes = randomTree(random);
      writeTree(repository, nodes);
      writeTree(repository, [file(".git/info/exclude", randomPatterns(random))]);
      compared += await compare(repository, `seed ${seed}: ${show(nodes)}`, random);
    }
    assert(compared > SEEDS * 3, `only ${compared} files`);
  },
);

testWith(
  ["git"],
  `git and the walk agree on ${RICH_SEEDS} trees with an excludes file, ignored tracked files, ` +
    "nested repositories, submodules and a worktree",
  async () => {
    let compared = 0;
    let tracked = 0;
    for (let seed = 1; seed <= RICH_SEEDS; seed++) {
      using place = temporaryDirectory();
      const repository = `${place.path}/main`;
      const random = new Random(seed);
      execFileSync("git", ["init", "-q", repository]);
      // With core.ignoreCase, no directory may have both "a" and "A".
      const ignoresCase = seed % 3 === 0;
      const nodes = randomTree(random).filter(({ path }) => !ignoresCase || !/(^|\/)A/.test(path));
      git(repository, "config", "core.ignoreCase", `${ignoresCase}`);
      writeTree(repository, nodes);
      configure(repository, random);
      nest(repository, nodes, random);
      track(repository, nodes, random);
      tracked += git(repository, "ls-files", "-ci", "--exclude-standard").split("\n").length - 1;
      compared += await compare(repository, `seed ${seed}: ${show(nodes)}`, random);

      git(repository, "commit", "-qm", "x", "--allow-empty");
      const worktree = `${place.path}/worktree`;
      git(repository, "worktree", "add", "-q", "-f", worktree);
      const more = randomTree(random).filter(({ path }) => !ignoresCase || !/(^|\/)A/.test(path));
      writeTree(worktree, more.filter(({ path }) => !isTaken(worktree, path)));
      compared += await compare(worktree, `worktree of seed ${seed}: ${show(nodes)}`, random);
    }
    assert(compared > RICH_SEEDS * 6, `only ${compared} files`);
    assert(tracked > RICH_SEEDS, `only ${tracked} ignored tracked files`);
  },
);

async function compare(repository: string, message: string, random: Random): Promise<number> {
  const all = gitFiles(repository);
  assert.deepEqual(await sentFiles(repository), all, message);
  // A directory with a listed file is not ignored itself, or has a tracked file in it.
  const below = random.pick(all.filter((path) => path.includes("/")));
  if (below !== undefined) {
    const directory = `${repository}/${below.slice(0, below.lastIndexOf("/"))}`;
    assert.deepEqual(
      await sentFiles(directory),
      gitFiles(directory),
      `${directory} of ${message}`,
    );
  }
  return all.length;
}

/**
 * Writes an info/exclude, and sometimes sets core.excludesFile: absolute, or relative to the root.
 */
function configure(repository: string, random: Random): void {
  writeTree(repository, [
    file(".git/info/exclude", random.below(2) === 0 ? "" : randomPatterns(random)),
    file(".git/mine", randomPatterns(random)),
  ]);
  const path = random.pick([".git/mine", `${repository}/.git/mine`, "/nowhere", ""]);
  if (random.below(3) > 0) git(repository, "config", "core.excludesFile", path);
}

/** Turns some directories of the tree into repositories. */
function nest(repository: string, nodes: readonly TreeNode[], random: Random): void {
  const directories = nodes.filter(({ kind }) => kind === "directory");
  for (const { path } of random.some(directories, Math.min(2, directories.length))) {
    const nested = `${repository}/${path}`;
    const isInside = git(nested, "rev-parse", "--show-toplevel").trim() !== repository;
    if (isInside || git(repository, "ls-files", "--", `:(literal)${path}`) !== "") continue;
    const ignoresCase = git(repository, "config", "core.ignoreCase").trim();
    git(nested, "init", "-q");
    git(nested, "config", "core.ignoreCase", ignoresCase);
    configure(nested, random);
    const own = nodes.filter((node) => node.path.startsWith(`${path}/`))
      .map((node) => ({ ...node, path: node.path.slice(path.length + 1) }));
    track(nested, own, random);
    git(nested, "commit", "-qm", "x", "--allow-empty");
    if (random.below(2) === 0) git(repository, "add", "-f", "--", path);
  }
}

/** Adds some files to git, ignored files too, and then removes or replaces a few of them. */
function track(repository: string, nodes: readonly TreeNode[], random: Random): void {
  const ignored = git(repository, "ls-files", "-z", "-oi", "--exclude-standard").split("\0");
  const files = nodes.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
  const some = random.some(files, Math.min(8, files.length));
  for (const path of new Set([...some, ...random.some(ignored.slice(0, -1), ignored.length - 1)])) {
    const isForeign = path.split("/").some((_, at, parts) =>
      at > 0 && existsSync(`${repository}/${parts.slice(0, at).join("/")}/.git`)
    );
    if (isForeign) continue;
    git(repository, "add", "-f", "--", `:(literal)${path}`);
    if (random.below(6) > 0) continue;
    rmSync(`${repository}/${path}`);
    if (random.below(2) === 0) writeTree(repository, [file(`${path}/a.log`, "x")]);
  }
}

/**
 * Returns whether the path, or a parent, exists as something else. An empty directory of a new
 * worktree is a submodule that is not checked out: git never reads it, while the walk sends the
 * files in it.
 */
function isTaken(root: string, path: string): boolean {
  return path.split("/").some((_, at, parts) => {
    const here = `${root}/${parts.slice(0, at + 1).join("/")}`;
    const stat = lstatSync(here, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    return at === parts.length - 1 || !stat.isDirectory() || readdirSync(here).length === 0;
  });
}

function show(nodes: readonly TreeNode[]): string {
  const ignoreFiles = nodes.filter(({ path }) => path.endsWith(".gitignore"));
  return JSON.stringify(
    ignoreFiles.map(({ path, content }) => [path, new TextDecoder().decode(content)]),
  );
}
