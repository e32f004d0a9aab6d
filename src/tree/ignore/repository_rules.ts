/** The rules that a repository has beside its .gitignore files, and what else git says of it. */
import type { Files } from "../../host.ts";
import type { FoundRepository } from "../git/checkout.ts";
import { GitIndex } from "../git/git_index.ts";
import type { AskGit } from "../git/git_answers.ts";
import { readUserFile } from "./ignore_files.ts";
import { isAbsolute, resolve } from "../paths.ts";
import { readExclude } from "../git/repository.ts";
import type { RuleText } from "./rule_set.ts";
import { Tracked } from "./tracked_paths.ts";

export interface RepositoryRules {
  /** core.excludesFile and info/exclude, in rising precedence. */
  readonly rules: readonly RuleText[];
  /** Where git has answered. */
  readonly told?: {
    readonly ignoresCase: boolean;
    readonly tracked: Tracked;
    readonly index: GitIndex;
  };
}

export interface RepositoryPlace {
  /** Where git is asked: what it tracks is told from there on. */
  readonly directory: string;
  /** The repository's root. */
  readonly repository: string;
  /** The repository's path from the tree's root, for people: "", "library/" or "../". */
  readonly label: string;
  /** `directory` from the tree's root on. */
  readonly below?: string;
}

interface Options {
  readonly askGit?: AskGit;
  readonly onRepository?: (found: FoundRepository) => Promise<void>;
  readonly onNote?: (text: string) => void;
}

/** Throws FileError. */
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
  const own = {
    label: isAbsolute(excludesFile) ? excludesFile : label + excludesFile,
    text: excludesFile && await readUserFile(files, resolve(repository, excludesFile)),
  };
  const tracked = new Tracked(answers.tracked, below);
  return { rules: [own, excludeRules], told: { ignoresCase, tracked, index } };
}

const WITHOUT_GIT = "of the ignore rules only .gitignore and .git/info/exclude count, " +
  "not core.excludesFile, and what is tracked though ignored is left out";
