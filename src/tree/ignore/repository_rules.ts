/** A repository's rules outside of its .gitignore files, and git's other answers about it. */
import type { Files } from "../../host.ts";
import type { FoundRepository } from "../git/checkout.ts";
import { GitIndex } from "../git/git_index.ts";
import type { AskGit } from "../git/git_answers.ts";
import { readUserFile } from "./ignore_files.ts";
import { isAbsolute, resolve } from "../paths.ts";
import { readExclude } from "../git/repository.ts";
import type { RuleText } from "./rule_set.ts";
import { TrackedPaths } from "./tracked_paths.ts";

export interface RepositoryRules {
  /** core.excludesFile and info/exclude, in rising precedence. */
  readonly rules: readonly RuleText[];
  /** Set if git answered. */
  readonly answers?: {
    readonly ignoresCase: boolean;
    readonly tracked: TrackedPaths;
    readonly index: GitIndex;
  };
}

export interface RepositoryPlace {
  /** The directory in which git runs; the paths of its answers are relative to it. */
  readonly directory: string;
  /** The repository's root. */
  readonly repository: string;
  /** The repository's path relative to the tree's root, as shown: "", "library/" or "../". */
  readonly label: string;
  /** `directory` relative to the tree's root. */
  readonly below?: string;
}

interface Options {
  readonly askGit?: AskGit;
  readonly onRepository?: (found: FoundRepository) => Promise<void>;
  readonly onNote?: (text: string) => void;
}

/** Reads the rules and asks git. Throws FileError. */
export async function repositoryRules(
  files: Files,
  { directory, repository, label, below = "" }: RepositoryPlace,
  { askGit, onRepository, onNote }: Options,
): Promise<RepositoryRules> {
  const [exclude, answers] = await Promise.all([
    readExclude(files, repository),
    askGit?.(directory),
  ]);
  const inside = `${repository}/`;
  const excludeLabel = exclude.path.startsWith(inside)
    ? label + exclude.path.slice(inside.length)
    : exclude.path;
  const excludeRules = { label: excludeLabel, text: exclude.text };
  if (typeof answers !== "object") {
    if (answers !== undefined) onNote?.(`${answers}: ${WITHOUT_GIT}`);
    return { rules: [excludeRules] };
  }
  const index = new GitIndex(answers.index, below, answers);
  await onRepository?.({ path: directory, directory: below, answers, index });
  const { excludesFile, ignoresCase } = answers;
  const excludes = {
    label: isAbsolute(excludesFile) ? excludesFile : label + excludesFile,
    text: excludesFile && await readUserFile(files, resolve(repository, excludesFile)),
  };
  const tracked = new TrackedPaths(answers.tracked, below);
  return { rules: [excludes, excludeRules], answers: { ignoresCase, tracked, index } };
}

const WITHOUT_GIT = "ignore rules are read from .gitignore and .git/info/exclude only, " +
  "not from core.excludesFile, and tracked files that they match are left out";
