/** The changes in the tree since a commit: git says which files differ. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { parentOf } from "../paths.ts";
import type { Entry } from "../walk.ts";
import type { BaseCommit } from "./base_commit.ts";
import { gitIn } from "./run_git.ts";

/** The answers of git about a commit. Paths are relative to the repository's root. */
export interface BaseAnswers {
  /** `git ls-tree -r -z COMMIT`: "100644 blob <hash>\ta/b\0". */
  readonly tree: string;
  /** `git diff --raw -z COMMIT`: ":100644 100755 <hash> <hash> M\0a/b\0". */
  readonly differences: string;
  /** `git ls-files -v -z`: "H a/b\0"; S is skip-worktree, a small letter assume-unchanged. */
  readonly flags: string;
  /** Whether the file system ignores case. */
  readonly ignoresCase: boolean;
}

export interface BaseChanges {
  /** The entries that the commit lacks or has otherwise, with the directories above them. */
  readonly entries: Entry[];
  /** Paths that the commit has and the tree has not. */
  readonly removed: string[];
  /** Changed files of the commit that are not sent, because the tree's rules leave them out. */
  readonly leftOut: string[];
  /** Submodules that differ from the commit's, whose files git does not compare. */
  readonly submodules: string[];
}

/**
 * Asks git. Files are compared as git compares them, after its conversions of line ends and its
 * filters. Throws UsageError if git does not answer.
 */
export async function askAboutBase(
  capture: Host["capture"],
  root: string,
  { commit, name }: BaseCommit,
): Promise<BaseAnswers> {
  const git = gitIn(capture, root);
  const run = (...args: string[]) => git("-c", "core.fsmonitor=false", ...args);
  const [tree, differences, flags, ignoresCase] = await Promise.all([
    run("ls-tree", "-r", "-z", "--full-tree", commit),
    run(...DIFF, commit, "--"),
    run("ls-files", "-v", "-z"),
    run("config", "--type=bool", "core.ignoreCase"),
  ]);
  if (tree === undefined || differences === undefined || flags === undefined) {
    throw new UsageError(`Cannot compare "${root}" with commit ${name}: git does not answer`, {
      hint: `git -C '${root}' diff --stat ${commit} says why`,
    });
  }
  return { tree, differences, flags, ignoresCase: ignoresCase?.trim() === "true" };
}

/** Not `git diff-index`, which also lists files that were only touched. */
const DIFF = [
  ...["-c", "diff.autoRefreshIndex=true", "diff", "--raw", "-z", "-O/dev/null", "--no-renames"],
  ...["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"],
];

/**
 * Returns the changes between the commit and the entries, which are those of the walk: its rules
 * decide what is sent. A file that git does not look at is sent as it is. Pure.
 */
export function baseChanges(entries: readonly Entry[], answers: BaseAnswers): BaseChanges {
  const base = readTree(answers);
  const { key } = base;
  const changed = readDifferences(answers.differences);
  const files = entries.filter(({ kind }) => kind !== "directory");
  const present = new Set(files.map(({ path }) => key(path)));
  const differs = new Set([
    ...changed.map(({ path }) => key(path)),
    ...unwatched(answers.flags).map(key),
  ]);
  const ofModules = changed.filter(({ was }) => was === MODULE);
  const modules = ofModules.filter(({ path, is }) =>
    is !== GONE || files.some((entry) => isBelow(entry.path, new Set([path])))
  );
  const sent = ofClone(files, base).filter(({ path }) => {
    const at = key(path);
    return !base.paths.has(at) || differs.has(at);
  });
  const ofBase = changed.filter(({ path, was }) =>
    was !== GONE && was !== MODULE && !present.has(key(path))
  );
  return {
    entries: withDirectories(sent, entries, base),
    removed: [
      ...ofBase.filter(({ is }) => is === GONE),
      ...ofModules.filter(({ is }) => is === GONE),
    ].map(({ path }) => path),
    leftOut: ofBase.filter(({ is }) => is !== GONE).map(({ path }) => path),
    submodules: modules.map(({ path }) => path),
  };
}

/** Modes of git: no such path, and a submodule. */
const GONE = "000000", MODULE = "160000";

/** The tree of a commit. */
export interface BaseTree {
  /** Equal for paths that the file system holds for equal. */
  readonly key: (path: string) => string;
  /** The paths as the commit spells them, by their keys. */
  readonly paths: ReadonlyMap<string, string>;
  /** The directories of submodules. */
  readonly modules: ReadonlySet<string>;
}

/** Pure. */
export function readTree(
  { tree, ignoresCase }: Pick<BaseAnswers, "tree" | "ignoresCase">,
): BaseTree {
  const key = ignoresCase
    ? (path: string) => path.normalize("NFC").toLowerCase()
    : (path: string) => path;
  const paths = new Map<string, string>();
  const modules = new Set<string>();
  for (const line of tree.split("\0")) {
    const path = line.slice(line.indexOf("\t") + 1);
    if (line.startsWith(MODULE)) modules.add(path);
    else if (path !== "") paths.set(key(path), path);
  }
  return { key, paths, modules };
}

/** Returns the entries as a clone spells them, without those in submodules, which it has. Pure. */
export function ofClone(entries: readonly Entry[], { key, paths, modules }: BaseTree): Entry[] {
  return entries.flatMap((entry) => {
    const known = paths.get(key(entry.path));
    if (known !== undefined) return [known === entry.path ? entry : { ...entry, path: known }];
    return isBelow(entry.path, modules) ? [] : [entry];
  });
}

interface Difference {
  readonly path: string;
  /** The mode in the commit. */
  readonly was: string;
  /** The mode in the working tree. */
  readonly is: string;
}

const DIFFERENCE = /^:(\d{6}) (\d{6}) /;

function readDifferences(raw: string): Difference[] {
  const words = raw.split("\0");
  const found = new Map<string, Difference>();
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [, was, is] = DIFFERENCE.exec(words[at]) ?? [];
    if (is === undefined) throw new Error(`git diff --raw has ${JSON.stringify(words[at])}`);
    const path = words[at + 1];
    // An unmerged path has two lines; the one of the working tree has its modes.
    if (!found.has(path) || was !== GONE || is !== GONE) found.set(path, { path, was, is });
  }
  return [...found.values()];
}

/** Returns the files whose changes git does not report. */
function unwatched(flags: string): string[] {
  return flags.split("\0").filter((line) => /^[a-zS] /.test(line)).map((line) => line.slice(2));
}

function isBelow(path: string, directories: ReadonlySet<string>): boolean {
  if (directories.size === 0) return false;
  let at = parentOf(path);
  while (at !== "" && !directories.has(at)) at = parentOf(at);
  return at !== "";
}

/** Adds the directories above the path to a set that has those above each of its members. */
function addParents(directories: Set<string>, path: string): void {
  for (let at = parentOf(path); at !== "" && !directories.has(at); at = parentOf(at)) {
    directories.add(at);
  }
}

/** Adds the directories that are above one of the files, and those that the commit lacks. */
function withDirectories(
  sent: readonly Entry[],
  all: readonly Entry[],
  { paths, modules }: BaseTree,
): Entry[] {
  const needed = new Set<string>();
  for (const { path } of sent) addParents(needed, path);
  const known = new Set<string>();
  for (const path of [...modules, ...paths.values()]) addParents(known, path);
  for (const path of modules) known.add(path);
  const directories = all.filter(({ kind, path }) =>
    kind === "directory" && (needed.has(path) || !known.has(path) && !isBelow(path, modules))
  );
  return [...directories, ...sent];
}
