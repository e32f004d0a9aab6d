/** Finds the directory into which a script's own `git clone` puts the repository. Pure. */
import type { Step } from "../model.ts";
import { withoutPrefix } from "../shell/prefix.ts";
import { stepCommands } from "./step_commands.ts";

/**
 * Returns the path in the container, with Tekton's variables in it:
 * `$(workspaces.output.path)/app`. Undefined where the text does not say it, where the step clones
 * into several directories, and where it moves the files afterwards. A clone without a directory
 * goes into one that is named after the repository.
 */
export function clonePath(step: Step, template: Partial<Step> = {}): string | undefined {
  const { cloned, fetched, isMoved } = readPaths(step, template);
  if (isMoved || cloned.size > 1) return undefined;
  const [path = fetched ?? ""] = cloned;
  return path === "" || /[$`](?!\((workspaces|params|tasks|context)[.[])/.test(path)
    ? undefined
    : path;
}

/** Whether the step clones into more than one directory. */
export function clonesSeveral(step: Step): boolean {
  return readPaths(step, {}).cloned.size > 1;
}

/**
 * Returns the branches that the step's `git clone` names and no other command of git does, with
 * Tekton's variables in them.
 */
export function cloneBranches(step: Step, template: Partial<Step> = {}): string[] {
  const { branches, others } = readPaths(step, template);
  return branches.filter((branch) => !others.some((word) => word.includes(branch)));
}

interface ClonePaths {
  /** The directories of `git clone` and the like; unresolved variables stay in them. */
  readonly cloned: ReadonlySet<string>;
  /** The directory of the first `git init`, `git fetch` or unpacked archive. */
  readonly fetched?: string;
  /** The branches of `git clone`, and the words of other commands of git. */
  readonly branches: readonly string[];
  readonly others: readonly string[];
  /** Whether a later command moves or copies a tree. */
  readonly isMoved: boolean;
}

function readPaths(step: Step, template: Partial<Step>): ClonePaths {
  const variables = new Map<string, string>();
  for (const { name, value } of [...template.env ?? [], ...step.env ?? []]) {
    if (value !== undefined) noteVariable(`${name}=${expand(value, variables)}`, variables);
  }
  let current = step.workingDir ?? template.workingDir ?? "";
  let isMoved = false;
  let fetched: string | undefined;
  const cloned = new Set<string>();
  const branches: string[] = [];
  const others: string[] = [];
  for (const command of stepCommands(step)) {
    const words = withoutPrefix(command.words).map((word) => expand(word, variables))
      .filter((word) => !noteVariable(word, variables));
    const [program = "", ...rest] = words;
    if (/^(cd|pushd)$/.test(program)) current = changeDirectory(current, rest);
    if (current.length > MOST_CHARACTERS) current = "$LONG";
    const branch = rest.includes("clone") ? optionOf(rest, BRANCH) : undefined;
    if (branch) branches.push(branch);
    else if (program === "git") others.push(...rest);
    isMoved ||= (cloned.size > 0 || fetched !== undefined) && movesTree(words);
    const { path, isClone } = placeOf(words, current) ?? {};
    if (path === undefined) continue;
    if (isClone) cloned.add(normalized(path));
    else fetched ??= normalized(path);
  }
  return { cloned, fetched, branches, others, isMoved };
}

/** Returns the directory after `cd` with these words: options, then at most one operand. */
function changeDirectory(current: string, words: readonly string[]): string {
  const operand = words.find((word) => !/^-[LPe@]*$|^--$/.test(word) || word === "-");
  return operand === "-" ? "$OLDPWD" : join(current, operand ?? "$HOME");
}

/** Notes the variable if the word is an assignment, and returns whether it is. */
function noteVariable(word: string, variables: Map<string, string>): boolean {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
  if (name !== undefined) variables.set(name, value.length > MOST_CHARACTERS ? "$LONG" : value);
  return name !== undefined;
}

function movesTree([program, ...words]: readonly string[]): boolean {
  return program === "mv" || program === "rsync" ||
    program === "cp" && words.some((word) => /^(-\w*[rRa]\w*|--recursive|--archive)$/.test(word));
}

/** Returns the directory into which this command puts a repository or an archive. */
function placeOf(
  words: readonly string[],
  current: string,
): { path: string; isClone: boolean } | undefined {
  const program = (words[0] ?? "").replace(/^.*\//, "");
  if (/^git-(init|clone)$/.test(program)) {
    const path = optionOf(words, /^--?path$/);
    return path === undefined ? undefined : { path: join(current, path), isClone: true };
  }
  if (/^(gh|glab)$/.test(program) && words[1] === "repo" && words[2] === "clone") {
    return cloneOf(words.slice(3), current);
  }
  if (program === "tar" && /^-?[a-z]*x|^--extract$/.test(words[1] ?? "")) {
    return { path: join(current, optionOf(words, /^(-C|--directory)$/) ?? ""), isClone: false };
  }
  if (program !== "git") return undefined;
  let base = current;
  let at = 1;
  for (; at < words.length && words[at].startsWith("-"); at++) {
    if (words[at] === "-C") base = join(base, words[at + 1] ?? "");
    if (/^(-C|-c|--git-dir|--work-tree)$/.test(words[at])) at++;
  }
  const rest = words.slice(at + 1);
  if (words[at] === "clone") return cloneOf(rest, base);
  if (words[at] === "init") return { path: join(base, operands(rest)[0] ?? ""), isClone: false };
  return /^(fetch|pull)$/.test(words[at] ?? "") ? { path: base, isClone: false } : undefined;
}

function cloneOf(words: readonly string[], base: string) {
  const [url, target] = operands(words);
  const name = target ?? (url === undefined ? undefined : repositoryName(url));
  return name === undefined ? undefined : { path: join(base, name), isClone: true };
}

const BRANCH = /^(-b|--branch)$/;

/** Returns X of `-path X` or `-path=X`. */
function optionOf(words: readonly string[], option: RegExp): string | undefined {
  for (const [at, word] of words.entries()) {
    const [, name, value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (option.test(name ?? "")) return value ?? words[at + 1];
  }
  return undefined;
}

/** Options of git that take the next word as their value. */
const WITH_VALUE = new Set(
  ("-b -o -u -c -j --branch --depth --origin --upload-pack --reference --config --jobs --filter " +
    "--template --shallow-since --separate-git-dir --initial-branch").split(" "),
);

/** Returns the words that are not options, up to the first redirection. */
function operands(words: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length; at++) {
    if (/^\d?[<>]/.test(words[at])) break;
    if (WITH_VALUE.has(words[at])) at++;
    else if (!words[at].startsWith("-")) found.push(words[at]);
  }
  return found;
}

/** The longest word and value. A path is shorter, and a repeated `A=$A$A` grows exponentially. */
const MOST_CHARACTERS = 512;

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  if (text.length > MOST_CHARACTERS) return text;
  const filled = text.replace(
    /\$\{(\w+)(?::?-([^{}]*))?\}|\$(\w+)/g,
    (whole, braced, otherwise, bare) => variables.get(braced ?? bare) ?? otherwise ?? whole,
  );
  return filled.replace(
    /[$]\(basename\s+["']?([^\s"'$`]+)["']?(?:\s+["']?\.git["']?)?\)/g,
    (_, url) => repositoryName(url),
  );
}

function join(base: string, path: string): string {
  if (/^(\/|\$)/.test(path)) return path;
  return path === "" ? base : `${base}/${path}`;
}

/** Returns the path without empty parts, `.` and `..`; "" if it leads above its start. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.length < 2) return "";
      parts.pop();
    } else if (part !== "." && (part !== "" || parts.length === 0)) parts.push(part);
  }
  return parts.join("/");
}

/** Returns the directory that git makes for a URL: `app` for `https://host/team/app.git`. */
export function repositoryName(url: string): string {
  return url.replace(/\/+$/, "").replace(/\.git$/, "").replace(/^.*[/:]/, "");
}
