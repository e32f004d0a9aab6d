/** git is the judge of what is ignored: our walk against `git ls-files` on random trees. */
import assert from "node:assert/strict";
import { testWith } from "../../support/tools.ts";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { denoFiles } from "../../../src/deno/files.ts";
import { loadIgnore } from "../../../src/tree/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { Random } from "../../support/random.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { directory, file, link, type TreeNode, writeTree } from "../../support/tree_text.ts";

const SEEDS = 200;
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
  "\\#a",
  "\\!a",
  "a\\ b",
  "[",
  "a[",
  "é?",
  "??",
];

/** The files that git would upload: tracked and untracked ones, the ignored ones left out. */
function gitFiles(root: string): string[] {
  const output = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard", "--", "."], {
    cwd: root,
    encoding: "utf8",
    // No configuration but the repository's: a core.excludesFile of this machine must not count.
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  });
  return output.split("\0").filter(Boolean).sort();
}

async function ourFiles(root: string): Promise<string[]> {
  const entries = walk(denoFiles, root, await loadIgnore(denoFiles, root));
  const files = (await Array.fromAsync(entries)).filter(({ kind }) => kind !== "directory");
  return files.map(({ path }) => path).sort();
}

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

      const all = gitFiles(repository);
      assert.deepEqual(await ourFiles(repository), all, `seed ${seed}: ${show(nodes)}`);
      compared += all.length;

      // A directory from which git sends something is not ignored itself.
      const below = random.pick(all.filter((path) => path.includes("/")));
      if (below === undefined) continue;
      const directory = `${repository}/${below.slice(0, below.lastIndexOf("/"))}`;
      const message = `seed ${seed} in ${directory}: ${show(nodes)}`;
      assert.deepEqual(await ourFiles(directory), gitFiles(directory), message);
    }
    assert(compared > SEEDS * 3, `only ${compared} files`);
  },
);

function show(nodes: readonly TreeNode[]): string {
  const ignoreFiles = nodes.filter(({ path }) => path.endsWith(".gitignore"));
  return JSON.stringify(
    ignoreFiles.map(({ path, content }) => [path, new TextDecoder().decode(content)]),
  );
}
