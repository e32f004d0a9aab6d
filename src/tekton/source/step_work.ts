/** Classifies a step by its text: whether it fetches a repository, and does other work. Pure. */
import type { Step } from "../model.ts";
import { programWords } from "../shell/prefix.ts";
import { withSubstituted } from "../shell/shell_words.ts";
import { clonesSeveral } from "./clone_command.ts";
import { looksLikeClone } from "./names.ts";
import { stepCommands } from "./step_commands.ts";
import { isTool } from "./tools.ts";

/**
 * The work of a step:
 * - `fetch`: it only fetches a repository.
 * - `idle`: it only prints, makes directories, copies files and the like.
 * - `mixed`: it fetches and does other work, or it clones into several directories.
 * - `work`: it does other or unknown work.
 */
export type StepWork = "fetch" | "idle" | "mixed" | "work";

export function workOf(step: Step): StepWork {
  if (step.ref !== undefined && step.script === undefined && step.image === undefined) {
    return refNames(step).some(looksLikeClone) ? "fetch" : "work";
  }
  const commands = commandsOf(step);
  const fetches = commands.some(isFetch);
  const works = commands.length === 0 ||
    commands.some((words) => !isFetch(words) && !isIdle(words));
  if (fetches) return works || clonesSeveral(step) ? "mixed" : "fetch";
  return works ? "work" : "idle";
}

/** Whether the step runs a program that no clone runs, such as a build tool. */
export function runsTool(step: Step): boolean {
  return commandsOf(step).some((words) => isTool(programOf(words), gitVerb(words)));
}

/** Whether the step only downloads files with curl or wget and unpacks none. */
export function onlyDownloads(step: Step): boolean {
  const programs = commandsOf(step).filter((words) => !isIdle(words) || programOf(words) === "tar")
    .map(programOf);
  return programs.length > 0 && programs.every((program) => /^(curl|wget)$/.test(program));
}

/** Whether the step only runs its image's entrypoint or programs by path: `/scripts/report.sh`. */
export function runsOwnPrograms(step: Step): boolean {
  return commandsOf(step).every((words) => isIdle(words) || words[0].startsWith("/"));
}

/** Whether the step runs git, or a program with git in its name. */
export function usesGit(step: Step): boolean {
  const text = step.script || stepCommands(step).map(({ words }) => words.join(" ")).join("\n");
  return /(^|[\s/"'(;|&])git([\s"'-]|$)/m.test(text);
}

function refNames({ ref }: Step): string[] {
  const values = (ref?.params ?? []).map(({ value }) => value);
  return [ref?.name, ...values].filter((name): name is string => typeof name === "string");
}

/** Returns the words of each command that runs a program, substitutions included. */
function commandsOf(step: Step): (readonly string[])[] {
  return withSubstituted(stepCommands(step)).map(({ words }) => programWords(words))
    .filter(([first]) => first !== undefined && !isLoopHead(first));
}

/** Whether the word begins a loop, a `case` or arithmetic, which runs no program. */
function isLoopHead(first: string): boolean {
  return /^(case|for|select)$/.test(first) || first.startsWith("((");
}

/** Programs that only leave files, directories and lines in the log. */
const IDLE = new Set(
  (". : [ [[ apk apt apt-get awk base64 basename break cat cd chgrp chmod chown command continue " +
    "cp cut date declare dirname dnf echo egrep env exit export false find git-init grep head " +
    "hostname id let ln local ls microdnf mkdir mktemp mv popd printf pushd pwd read readlink " +
    "realpath return rm rmdir sed set sha256sum shift shopt sleep sort source ssh-add ssh-agent " +
    "ssh-keyscan stat tail tee test touch tr trap true type umask uname unset wc whoami xargs yum")
    .split(" "),
);

const GIT_FETCHES = new Set(["clone", "fetch", "init", "pull", "submodule"]);
const GIT_IDLE = new Set(
  ("am branch cat-file checkout config describe diff lfs log ls-files ls-remote ls-tree merge " +
    "name-rev remote reset rev-list rev-parse show sparse-checkout status switch symbolic-ref tag " +
    "version worktree")
    .split(" "),
);

function isFetch(words: readonly string[]): boolean {
  if (/^git-(init|clone)$/.test(programOf(words))) return true;
  if (/^(gh|glab)$/.test(programOf(words))) return words[1] === "repo" && words[2] === "clone";
  const verb = gitVerb(words);
  return verb !== undefined && GIT_FETCHES.has(verb) || words[0] === "git-clone";
}

function isIdle(words: readonly string[]): boolean {
  const verb = gitVerb(words);
  if (verb !== undefined) return GIT_IDLE.has(verb) || verb === "";
  return IDLE.has(programOf(words));
}

/** Returns git's subcommand, "" without one; undefined for other programs. */
function gitVerb(words: readonly string[]): string | undefined {
  if (programOf(words) !== "git") return undefined;
  for (let at = 1; at < words.length; at++) {
    if (/^(-C|-c|--git-dir|--work-tree)$/.test(words[at])) at++;
    else if (!words[at].startsWith("-")) return words[at];
  }
  return "";
}

function programOf([first]: readonly string[]): string {
  return first.replace(/^.*\//, "");
}
