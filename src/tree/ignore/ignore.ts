/**
 * What of a tree is left out, with git's semantics: core.excludesFile, .git/info/exclude, nested .gitignore
 * files (the deeper one wins), those above the tree up to its repository's root; then .tektonignore, and
 * the rules of the command line, which win over all. What git tracks is sent whatever git's rules say.
 *
 * It decides on one path at a time and relies on the walk never to enter an ignored directory, as git
 * does: hence nothing below one can be re-included, while a directory that a deeper .gitignore re-includes
 * is open again. (npm:ignore tests a path's parents against one file's patterns, which gets that wrong,
 * and does not know `[!a]` or `[[:digit:]]`.) An ignored directory is entered only where something in it
 * is tracked, and then for that alone.
 */
import type { DirectoryEntry, Files } from "../../host.ts";
import type { AskGit } from "../git/git_answers.ts";
import type { FoundRepository } from "../git/checkout.ts";
import type { GitIndex } from "../git/git_index.ts";
import { directoriesAbove, readIgnoreFile } from "./ignore_files.ts";
import { isRepository } from "../git/repository.ts";
import { type RepositoryPlace, repositoryRules } from "./repository_rules.ts";
import { type Rule, ruleFor, type RuleSet, type RuleText, toRuleSet } from "./rule_set.ts";
import { whyUseless } from "../git/sent_git.ts";
import { Tracked } from "./tracked_paths.ts";

/** The rules that hold for what is directly in one directory. */
export interface Ignore {
  /** `path` is relative to the tree's root, '/'-separated; its directory is one that is sent. */
  ignores(path: string, isDirectory: boolean): boolean;
  /** The same, with what decides it. */
  decide(path: string, isDirectory: boolean): Decision;
  /** The rules inside `directory` ("" for the tree's root), which holds `entries`. Throws FileError. */
  enter(directory: string, entries: readonly DirectoryEntry[]): Promise<Ignore>;
  /** What git says of the files in there, where it does. */
  readonly index?: GitIndex;
}

export interface Decision {
  readonly keeps: boolean;
  /** The rule that counts; undefined where none matches. */
  readonly rule?: Rule;
  /** git tracks it, or something in it: that keeps it, though the rule drops it. */
  readonly isTracked?: boolean;
  /** The rule is about this directory above it ("" for the tree's root): only what is tracked goes on. */
  readonly directory?: string;
  /** It is git's own; a lock of it. */
  readonly isGit?: boolean;
  readonly isLock?: boolean;
}

export interface IgnoreOptions {
  /** More rules relative to the tree's root, in rising precedence: they win over git's. */
  readonly extra?: readonly RuleText[];
  /** Whether git's rules and .tektonignore count (default: true). */
  readonly readsFiles?: boolean;
  /** Whether `.git` is sent too. */
  readonly withGit?: boolean;
  /** Without it the rules of files inside the repository are all, as if git had nothing more to say. */
  readonly askGit?: AskGit;
  /** Called once for each repository of which git tells, before what is in it is looked at. */
  readonly onRepository?: (found: FoundRepository) => Promise<void>;
  /** Called where the rules can't be git's, or `.git` is of no use. */
  readonly onNote?: (text: string) => void;
}

/**
 * The rules for the tree at `root`, an absolute path with every link resolved (see checkDirectory).
 *
 * Where `root` itself is ignored by its repository and nothing in it is tracked, somebody names it all the
 * same: then only the rules in it count. A nested repository (a submodule) has its own rules alone, as in
 * git. Throws FileError.
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
  const rules = new Rules(tree, { sets: [], tracked: new Tracked() });
  return above.length > 0 ? await rules.below(above) : rules;
}

interface Tree {
  readonly files: Files;
  readonly root: string;
  /** Where the tree's root is in its repository: "" or "sub/directory". */
  readonly prefix: string;
  readonly extra: readonly RuleSet[];
  readonly options: IgnoreOptions;
}

interface Place {
  /** git's, in rising precedence. */
  readonly sets: readonly RuleSet[];
  readonly tracked: Tracked;
  readonly index?: GitIndex;
  /** Set inside an ignored directory, which is entered for what is tracked in it. */
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
    const asked = ruleFor(this.tree.extra, full, isDirectory);
    if (asked !== undefined && !asked.pattern.negated) return { keeps: false, rule: asked };
    if (isGit) return { keeps: true, isGit };
    if (closed === undefined && asked !== undefined) return { keeps: true, rule: asked };
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
    const isOther = git !== undefined && (closed === undefined || this.#isSubmodule(directory)) &&
      await isRepository(this.tree.files, join(this.tree.root, directory));
    const outer = isOther
      ? await this.#repository(directory)
      : new Rules(this.tree, { ...this.place, closed });
    const rules = outer.#with({ sendsGit });
    return this.#readsFiles ? await rules.#withIgnoreFile(directory, entries) : rules;
  }

  /** From the repository's root down to the tree's root, whose directories above are given. */
  async below(above: readonly string[]): Promise<Rules> {
    const { files, root, prefix } = this.tree;
    const parts = prefix.split("/");
    const up = "../".repeat(above.length);
    let rules = await this.#asked({ directory: root, repository: above[0], label: up }, "");
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

  /** The rules of the repository whose root is `directory`, without its .gitignore. */
  #repository(directory: string): Promise<Rules> {
    const { root, prefix } = this.tree;
    const path = join(root, directory);
    return new Rules(this.tree, { sets: [], tracked: new Tracked() }).#asked({
      directory: path,
      repository: path,
      label: directory === "" ? "" : `${directory}/`,
      below: directory,
    }, join(prefix, directory));
  }

  /** With what git says of a repository, and its rules from `base` on. */
  async #asked(place: RepositoryPlace, base: string): Promise<Rules> {
    const { files, options } = this.tree;
    const onNote = this.#readsFiles ? options.onNote : undefined;
    const { rules, told } = await repositoryRules(files, place, { ...options, onNote });
    if (!this.#readsFiles) return this.#with({ index: told?.index });
    return rules.reduce((all, one) => all.#withSet(one, base), this.#with(told ?? {}));
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
    // git does not follow a .gitignore that is a link, and reads none in an ignored directory.
    const isThere = entries.some(({ name, kind }) => name === ".gitignore" && kind === "file");
    if (!isThere || this.place.closed !== undefined) return this;
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

  /** Whether git's rules count. */
  get #readsFiles(): boolean {
    return this.tree.options.readsFiles ?? true;
  }

  #isSubmodule(directory: string): boolean {
    return directory === "" || this.place.tracked.isSubmodule(directory);
  }

  async #sendsGit(directory: string, entry: DirectoryEntry): Promise<boolean> {
    const { files, root, options } = this.tree;
    if (!options.withGit) return false;
    const why = await whyUseless(files, root, { directory, entry });
    if (why !== undefined) options.onNote?.(`${join(directory, ".git")} is not sent: ${why}`);
    return why === undefined;
  }
}

const NO_RULE: Decision = { keeps: true };

/** All of it but the locks of a git that works here now, which would lock out the one there. */
const INSIDE_GIT: Ignore = {
  ignores: (path) => path.endsWith(".lock"),
  decide(path) {
    const isLock = path.endsWith(".lock");
    return { keeps: !isLock, isGit: true, isLock };
  },
  enter: () => Promise.resolve(INSIDE_GIT),
};

function join(base: string, path: string): string {
  return base === "" || path === "" ? base || path : `${base}/${path}`;
}
