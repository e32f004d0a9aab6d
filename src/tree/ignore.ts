/**
 * What of a tree is left out, with git's semantics: nested .gitignore files (the deeper one wins),
 * .git/info/exclude, the .gitignore files above the tree up to its repository's root, and patterns of the
 * command line, which win over all.
 *
 * It decides on one path at a time and relies on the walk never to enter an ignored directory, as git
 * does: hence nothing below one can be re-included, while a directory that a deeper .gitignore re-includes
 * is open again. (npm:ignore tests a path's parents against one file's patterns, which gets that wrong,
 * and does not know `[!a]` or `[[:digit:]]`.)
 */
import type { DirectoryEntry, Files } from "../host.ts";
import { bytes, type Candidate, decide, type IgnoreSource, parsePatterns } from "./gitignore.ts";
import { excludeText, isRepository } from "./repository.ts";

export type { IgnoreSource } from "./gitignore.ts";

/** The rules that hold for what is directly in one directory. */
export interface Ignore {
  /** `path` is relative to the tree's root, '/'-separated; its directory is one that is not ignored. */
  ignores(path: string, isDirectory: boolean): boolean;
  /** The rules inside `directory` ("" for the tree's root), which holds `entries`. Throws FileError. */
  enter(directory: string, entries: readonly DirectoryEntry[]): Promise<Ignore>;
}

/**
 * The rules for the tree at `root`, an absolute path with every link resolved (see checkDirectory).
 *
 * Where `root` itself is ignored by its repository, somebody names it all the same: then only the rules
 * in it count. A nested repository (a submodule) has its own rules alone, as in git. Throws FileError.
 *
 * @param patterns gitignore lines relative to `root`, which win over every file's.
 */
export async function loadIgnore(
  files: Files,
  root: string,
  patterns: readonly string[] = [],
): Promise<Ignore> {
  const above = await directoriesAbove(files, root);
  const prefix = above.length > 0 ? root.slice(above[0].replace(/\/$/, "").length + 1) : "";
  const extra = toRules({ base: prefix, text: patterns.join("\n") });
  let rules = new Rules({ files, root, prefix, extra }, []);
  for (const [depth, directory] of above.entries()) {
    if (depth === 0) rules = rules.with({ base: "", text: await excludeText(files, directory) });
    const base = prefix.split("/").slice(0, depth).join("/");
    rules = rules.with({ base, text: await readIgnoreFile(files, directory) ?? "" });
    const next = prefix.split("/").slice(0, depth + 1).join("/");
    if (rules.ignoresByFiles(next)) return new Rules({ files, root, prefix, extra }, []);
  }
  return rules;
}

interface Tree {
  readonly files: Files;
  readonly root: string;
  /** Where the tree's root is in its repository: "" or "sub/directory". */
  readonly prefix: string;
  readonly extra: RuleSet;
}

interface RuleSet {
  readonly base: string;
  readonly patterns: ReturnType<typeof parsePatterns>;
}

class Rules implements Ignore {
  /** @param sets in rising precedence */
  constructor(private readonly tree: Tree, private readonly sets: readonly RuleSet[]) {}

  with(source: IgnoreSource): Rules {
    const set = toRules(source);
    return set.patterns.length === 0 ? this : new Rules(this.tree, [...this.sets, set]);
  }

  ignores(path: string, isDirectory: boolean): boolean {
    if (this.sets.length === 0 && this.tree.extra.patterns.length === 0) return false;
    const full = bytes(join(this.tree.prefix, path));
    return ask([...this.sets, this.tree.extra], full, isDirectory);
  }

  /** Whether the files, not the command line, ignore a directory, given relative to the repository. */
  ignoresByFiles(directory: string): boolean {
    return ask(this.sets, bytes(directory), true);
  }

  async enter(directory: string, entries: readonly DirectoryEntry[]): Promise<Ignore> {
    const { files, root, prefix } = this.tree;
    const path = join(root, directory);
    const base = join(prefix, directory);
    const isNested = entries.some((entry) => entry.name === ".git") &&
      await isRepository(files, path);
    const outer = isNested
      ? new Rules(this.tree, []).with({ base, text: await excludeText(files, path) })
      : this;
    // git does not follow a .gitignore that is a link.
    return entries.some((entry) => entry.name === ".gitignore" && entry.kind === "file")
      ? outer.with({ base, text: await files.readText(`${path}/.gitignore`) ?? "" })
      : outer;
  }
}

function ask(sets: readonly RuleSet[], full: string, isDirectory: boolean): boolean {
  const name = full.slice(full.lastIndexOf("/") + 1);
  for (let i = sets.length - 1; i >= 0; i--) {
    const { base, patterns } = sets[i];
    const path = base === "" ? full : full.slice(base.length + 1);
    const decision = decide(patterns, { path, name, isDirectory } satisfies Candidate);
    if (decision !== undefined) return decision;
  }
  return false;
}

function toRules(source: IgnoreSource): RuleSet {
  return { base: bytes(source.base), patterns: parsePatterns(source.text) };
}

/** From the repository's root down to the parent of `root`; none where `root` is or has no repository. */
async function directoriesAbove(files: Files, root: string): Promise<string[]> {
  const above: string[] = [];
  for (let directory = root; !await isRepository(files, directory);) {
    const parent = directory.slice(0, directory.lastIndexOf("/")) || "/";
    if (parent === directory || !directory.includes("/")) return [];
    above.unshift(parent);
    directory = parent;
  }
  return above;
}

async function readIgnoreFile(files: Files, directory: string): Promise<string | undefined> {
  const path = `${directory}/.gitignore`;
  if ((await files.stat(path))?.kind !== "file") return undefined;
  return (await files.lstat(path)).kind === "file" ? await files.readText(path) : undefined;
}

function join(base: string, path: string): string {
  return base === "" || path === "" ? base || path : `${base}/${path}`;
}
