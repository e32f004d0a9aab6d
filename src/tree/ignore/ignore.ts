/**
 * Decides which paths of a tree are ignored, with git's semantics.
 *
 * The rules, in rising precedence: core.excludesFile, .git/info/exclude, the .gitignore files from
 * the repository's root down (the deeper one wins), .tektonignore, the command line. Files that git
 * tracks are sent even if a rule of git ignores them.
 *
 * Each decision is about one path, and relies on the walk, like git, never to enter an ignored
 * directory. So nothing inside an ignored directory can be re-included, but a deeper .gitignore can
 * re-include a whole directory. (npm:ignore tests a path's parents against one file's patterns,
 * which gets that wrong, and it does not support `[!a]` and `[[:digit:]]`.) The walk enters an
 * ignored directory only for the tracked files in it.
 */
import type { DirectoryEntry, Files } from "../../host.ts";
import type { AskGit } from "../git/git_answers.ts";
import type { FoundRepository } from "../git/checkout.ts";
import type { GitIndex } from "../git/git_index.ts";
import { directoriesAbove, readIgnoreFile } from "./ignore_files.ts";
import { isRepository } from "../git/repository.ts";
import { join } from "../paths.ts";
import { type RepositoryPlace, repositoryRules } from "./repository_rules.ts";
import { type Rule, ruleFor, type RuleSet, type RuleText, toRuleSet } from "./rule_set.ts";
import { whyNotSent } from "../git/sent_git.ts";
import { TrackedPaths } from "./tracked_paths.ts";

/** The rules for the entries of one directory. */
export interface Ignore {
  /** Returns whether a path is ignored. `path` is relative to the tree's root, '/'-separated. */
  ignores(path: string, isDirectory: boolean): boolean;
  /** Returns the same decision with its reason. */
  decide(path: string, isDirectory: boolean): Decision;
  /**
   * Returns the rules for the `entries` of `directory` ("" for the tree's root). Throws FileError.
   */
  enter(directory: string, entries: readonly DirectoryEntry[]): Promise<Ignore>;
  /** Git's index for these files, if git answered. */
  readonly index?: GitIndex;
}

export interface Decision {
  readonly keeps: boolean;
  /** The decisive rule; undefined if no rule matches. */
  readonly rule?: Rule;
  /** Whether git tracks the path, or a file in it, which overrides the rule. */
  readonly isTracked?: boolean;
  /** The ignored directory above that the rule matches ("" for the tree's root). */
  readonly directory?: string;
  /** Whether the path is a `.git`, or inside one. */
  readonly isGit?: boolean;
  /** Whether the path is a lock file of git. */
  readonly isLock?: boolean;
}

export interface IgnoreOptions {
  /** Rules relative to the tree's root, in rising precedence. They win over git's rules. */
  readonly extra?: readonly RuleText[];
  /** Whether git's rules and .tektonignore count (default: true). */
  readonly readsFiles?: boolean;
  /** Whether `.git` is sent too. */
  readonly withGit?: boolean;
  /**
   * Asks git for its configuration and tracked files. Without it, only files in the repository
   * count.
   */
  readonly askGit?: AskGit;
  /** Called once for each repository for which git answered, before its files are decided on. */
  readonly onRepository?: (found: FoundRepository) => Promise<void>;
  /** Called if git does not answer, or if a `.git` is not sent. */
  readonly onNote?: (text: string) => void;
}

/**
 * Returns the rules for the tree at `root`, an absolute path with every link resolved (see
 * checkDirectory). Throws FileError.
 *
 * If the repository ignores `root` itself and tracks nothing in it, the user has still chosen to
 * upload it: then only the rules inside it count. In a nested repository, as in git, only its own
 * rules count.
 */
export async function loadIgnore(
  files: Files,
  root: string,
  options: IgnoreOptions = {},
): Promise<Ignore> {
  const above = await directoriesAbove(files, root);
  const prefix = above.length > 0 ? root.slice(above[0].replace(/\/$/, "").length + 1) : "";
  const readsFiles = options.readsFiles ?? true;
  const own = readsFiles ? await readIgnoreFile(files, root, ".tektonignore") ?? "" : "";
  const extra = [{ label: ".tektonignore", text: own }, ...options.extra ?? []]
    .map((rules) => toRuleSet(rules, prefix))
    .filter(({ patterns }) => patterns.length > 0);
  const tree = { files, root, prefix, extra, options };
  if (above.length > 0 && options.withGit) {
    options.onNote?.(`.git is not sent: it is not in ${root} but in ${above[0]}`);
  }
  const rules = new Rules(tree, { sets: [], tracked: new TrackedPaths() });
  return above.length > 0 ? await rules.below(above) : rules;
}

interface Tree {
  readonly files: Files;
  readonly root: string;
  /** The path of the tree's root in its repository: "" or "sub/directory". */
  readonly prefix: string;
  readonly extra: readonly RuleSet[];
  readonly options: IgnoreOptions;
}

interface Place {
  /** Git's rules, in rising precedence. */
  readonly sets: readonly RuleSet[];
  readonly tracked: TrackedPaths;
  readonly index?: GitIndex;
  /** Set inside an ignored directory, which is entered only for the tracked files in it. */
  readonly closed?: { readonly rule: Rule; readonly directory: string };
  readonly ignoresCase?: boolean;
  readonly sendsGit?: boolean;
}

class Rules implements Ignore {
  constructor(private readonly tree: Tree, private readonly place: Place) {}

  get index(): GitIndex | undefined {
    return this.place.index;
  }

  ignores(path: string, isDirectory: boolean): boolean {
    return !this.decide(path, isDirectory).keeps;
  }

  decide(path: string, isDirectory: boolean): Decision {
    const { closed, tracked, sets, sendsGit } = this.place;
    const full = join(this.tree.prefix, path);
    const isGit = path === ".git" || path.endsWith("/.git");
    if (isGit && !sendsGit) return { keeps: false, isGit };
    const chosen = ruleFor(this.tree.extra, full, isDirectory);
    if (chosen !== undefined && !chosen.pattern.negated) return { keeps: false, rule: chosen };
    if (isGit) return { keeps: true, isGit };
    if (closed === undefined && chosen !== undefined) return { keeps: true, rule: chosen };
    const rule = closed?.rule ?? ruleFor(sets, full, isDirectory);
    if (rule === undefined) return NO_RULE;
    if (closed === undefined && rule.pattern.negated) return { keeps: true, rule };
    const isTracked = tracked.has(path, isDirectory);
    return { keeps: isTracked, isTracked, rule, directory: closed?.directory };
  }

  async enter(directory: string, entries: readonly DirectoryEntry[]): Promise<Ignore> {
    if (directory === ".git" || directory.endsWith("/.git")) return INSIDE_GIT;
    const git = entries.find((entry) => entry.name === ".git");
    const sendsGit = git !== undefined && await this.#sendsGit(directory, git);
    const closed = this.#closedAt(directory);
    const isNested = git !== undefined && (closed === undefined || this.#isSubmodule(directory)) &&
      await isRepository(this.tree.files, join(this.tree.root, directory));
    const outer = isNested
      ? await this.#repository(directory)
      : new Rules(this.tree, { ...this.place, closed });
    const rules = outer.#with({ sendsGit });
    return this.#readsFiles ? await rules.#withIgnoreFile(directory, entries) : rules;
  }

  /**
   * Returns the rules for the tree's root, from the directories `above` it, the repository's root
   * first.
   */
  async below(above: readonly string[]): Promise<Rules> {
    const { files, root, prefix } = this.tree;
    const parts = prefix.split("/");
    const up = "../".repeat(above.length);
    let rules = await this.#withRepository(
      { directory: root, repository: above[0], label: up },
      "",
    );
    if (!this.#readsFiles) return rules;
    for (const [depth, directory] of above.entries()) {
      const base = parts.slice(0, depth).join("/");
      const label = `${"../".repeat(above.length - depth)}.gitignore`;
      const text = await readIgnoreFile(files, directory, ".gitignore");
      rules = rules.#withSet({ label, text: text ?? "" }, base);
      const rule = ruleFor(rules.place.sets, parts.slice(0, depth + 1).join("/"), true);
      if (rule === undefined || rule.pattern.negated) continue;
      return rules.place.tracked.isEmpty
        ? new Rules(this.tree, this.place)
        : rules.#with({ closed: { rule, directory: "" } });
    }
    return rules;
  }

  /** Returns the rules of the repository whose root is `directory`, without its .gitignore. */
  #repository(directory: string): Promise<Rules> {
    const { root, prefix } = this.tree;
    const path = join(root, directory);
    return new Rules(this.tree, { sets: [], tracked: new TrackedPaths() }).#withRepository({
      directory: path,
      repository: path,
      label: directory === "" ? "" : `${directory}/`,
      below: directory,
    }, join(prefix, directory));
  }

  /** Adds git's answers about a repository, and its rules for paths below `base`. */
  async #withRepository(place: RepositoryPlace, base: string): Promise<Rules> {
    const { files, options } = this.tree;
    const onNote = this.#readsFiles ? options.onNote : undefined;
    const { rules, answers } = await repositoryRules(files, place, { ...options, onNote });
    if (!this.#readsFiles) return this.#with({ index: answers?.index });
    return rules.reduce((all, one) => all.#withSet(one, base), this.#with(answers ?? {}));
  }

  #with(change: Partial<Place>): Rules {
    return new Rules(this.tree, { ...this.place, ...change });
  }

  #withSet(rules: RuleText, base: string): Rules {
    const set = toRuleSet(rules, base, this.place.ignoresCase);
    return set.patterns.length === 0 ? this : this.#with({ sets: [...this.place.sets, set] });
  }

  async #withIgnoreFile(directory: string, entries: readonly DirectoryEntry[]): Promise<Rules> {
    const { files, root, prefix } = this.tree;
    // git does not follow a .gitignore that is a link, and reads no .gitignore in an ignored
    // directory.
    const hasFile = entries.some(({ name, kind }) => name === ".gitignore" && kind === "file");
    if (!hasFile || this.place.closed !== undefined) return this;
    const path = join(directory, ".gitignore");
    const text = await files.readText(join(root, path)) ?? "";
    return this.#withSet({ label: path, text }, join(prefix, directory));
  }

  #closedAt(directory: string): Place["closed"] {
    if (this.place.closed !== undefined || directory === "") return this.place.closed;
    if (!this.place.tracked.has(directory, true)) return undefined;
    const { isTracked, rule } = this.decide(directory, true);
    return isTracked && rule !== undefined ? { rule, directory } : undefined;
  }

  /** Whether git's rules and .tektonignore count. */
  get #readsFiles(): boolean {
    return this.tree.options.readsFiles ?? true;
  }

  #isSubmodule(directory: string): boolean {
    return directory === "" || this.place.tracked.isSubmodule(directory);
  }

  async #sendsGit(directory: string, entry: DirectoryEntry): Promise<boolean> {
    const { files, root, options } = this.tree;
    if (!options.withGit) return false;
    const why = await whyNotSent(files, root, { directory, entry });
    if (why !== undefined) options.onNote?.(`${join(directory, ".git")} is not sent: ${why}`);
    return why === undefined;
  }
}

const NO_RULE: Decision = { keeps: true };

/** Everything in .git except lock files, which would block git in the step. */
const INSIDE_GIT: Ignore = {
  ignores: (path) => path.endsWith(".lock"),
  decide(path) {
    const isLock = path.endsWith(".lock");
    return { keeps: !isLock, isGit: true, isLock };
  },
  enter: () => Promise.resolve(INSIDE_GIT),
};
