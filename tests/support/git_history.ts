/** Compares the walk with git on commits of a real repository, with files like those of a build. */
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { git, gitFiles, walkedFiles } from "./git_judge.ts";
import { Random } from "./random.ts";
import { file, writeTree } from "./tree_text.ts";

export interface ComparedCommit {
  readonly commit: string;
  readonly files: number;
  /** The number of added paths that git ignores; a directory counts once. */
  readonly ignored: number;
  readonly trackedThoughIgnored: number;
}

/**
 * Compares `count` commits, evenly from the newest to the first, each as a whole and from one of
 * its directories. Clones `repository` into `directory`, which must not exist.
 *
 * Throws if git and the walk differ, with the commit and the first paths that differ.
 */
export async function* compareHistory(
  repository: string,
  { directory, count }: { directory: string; count: number },
): AsyncGenerator<ComparedCommit, void, undefined> {
  const source = realpathSync(repository);
  git("/", "clone", "-q", "--shared", "--no-checkout", source, directory);
  const commits = git(directory, "rev-list", "HEAD").trim().split("\n");
  const step = Math.max(1, (commits.length - 1) / Math.max(1, count - 1));
  for (let at = 0; Math.round(at) < commits.length; at += step) {
    const commit = commits[Math.round(at)];
    git(directory, "checkout", "-q", "--force", commit);
    git(directory, "clean", "-qfdx");
    const tracked = git(directory, "ls-files", "-z").split("\0").slice(0, -1);
    litter(directory, tracked, new Random(Math.round(at) + 1));
    const files = await compare(directory, commit);
    const below = tracked.filter((path) => path.includes("/"));
    const path = new Random(Math.round(at)).pick(below);
    if (path !== undefined) {
      await compare(`${directory}/${path.slice(0, path.lastIndexOf("/"))}`, commit);
    }
    const count = (...args: string[]) =>
      git(directory, "ls-files", "--exclude-standard", ...args).split("\n").length - 1;
    yield {
      commit: commit.slice(0, 10),
      files,
      ignored: count("-oi", "--directory"),
      trackedThoughIgnored: count("-ci"),
    };
  }
}

async function compare(directory: string, commit: string): Promise<number> {
  const theirs = gitFiles(directory);
  const ours = await walkedFiles(directory);
  const [their, our] = [new Set(theirs), new Set(ours)];
  const lost = theirs.filter((path) => !our.has(path));
  const added = ours.filter((path) => !their.has(path));
  if (lost.length + added.length === 0) return ours.length;
  const shown = [...lost.map((path) => `- ${path}`), ...added.map((path) => `+ ${path}`)];
  throw new Error(`${directory} at ${commit} differs:\n${shown.slice(0, 20).join("\n")}`);
}

/** Creates files and directories whose names match the patterns of the tree's .gitignore files. */
function litter(directory: string, tracked: readonly string[], random: Random): void {
  const folders = [...new Set(tracked.map((path) => path.slice(0, path.lastIndexOf("/") + 1)))];
  for (const path of tracked.filter((path) => path.split("/").at(-1) === ".gitignore")) {
    if (!lstatSync(`${directory}/${path}`).isFile()) continue;
    const base = path.slice(0, -".gitignore".length);
    const inside = folders.filter((folder) => folder.startsWith(base));
    for (const line of Deno.readTextFileSync(`${directory}/${path}`).split("\n")) {
      const name = nameFor(line, random);
      if (name === "") continue;
      put(directory, base + name);
      put(directory, `${base}${name}x`);
      put(directory, random.pick(inside.length === 0 ? [base] : inside) + name.split("/").at(-1));
    }
  }
}

/** Returns a name that the pattern probably matches. */
function nameFor(line: string, random: Random): string {
  const pattern = line.trim().replace(/^!/, "");
  if (pattern === "" || pattern.startsWith("#") || pattern.includes("..")) return "";
  const name = pattern.replace(/^\//, "").replace(/\/$/, "/some")
    .replaceAll("**", "any/where").replaceAll("*", random.pick(["x", "some.thing", ""]))
    .replaceAll("?", "q").replaceAll(/\[!?(.)[^\]]*\]/g, "$1").replaceAll("\\", "");
  return name.split("/").filter((part) => part !== "" && part !== "." && part !== ".git").join("/");
}

/** Creates a file unless the path, or a parent, is taken. */
function put(directory: string, path: string): void {
  const parts = path.split("/");
  const isTaken = parts.some((part, at) => {
    const here = `${directory}/${parts.slice(0, at + 1).join("/")}`;
    const stat = lstatSync(here, { throwIfNoEntry: false });
    if (part === "" || stat === undefined) return part === "";
    return at === parts.length - 1 || !stat.isDirectory() || existsSync(`${here}/.git`);
  });
  if (!isTaken) writeTree(directory, [file(path, "x")]);
}
