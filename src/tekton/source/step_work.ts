/** What a step does, as far as its text tells: whether it fetches a repository, and nothing but that. Pure. */
import type { Step } from "../model.ts";
import { programWords } from "../shell/prefix.ts";
import { withSubstituted } from "../shell/shell_words.ts";
import { clonesSeveral } from "./clone_command.ts";
import { looksLikeClone } from "./names.ts";
import { stepCommands } from "./step_commands.ts";
import { isTool } from "./tools.ts";

/**
 * - `fetch`: it fetches, and does nothing else.
 * - `idle`: nothing that matters: it prints, makes directories, copies files.
 * - `mixed`: it fetches, and does other work.
 * - `work`: other work alone, or what can't be told.
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

/** Whether it runs a program whose work is known, and is not that of a clone. */
export function runsTool(step: Step): boolean {
  return commandsOf(step).some((words) => isTool(programOf(words), gitVerb(words)));
}

/** Whether it downloads files with curl or wget, unpacks none, and does nothing else. */
export function onlyDownloads(step: Step): boolean {
  const programs = commandsOf(step).filter((words) => !isIdle(words) || programOf(words) === "tar")
    .map(programOf);
  return programs.length > 0 && programs.every((program) => /^(curl|wget)$/.test(program));
}

/** Whether all that it does is in programs of its image or of a volume: their entrypoint, `/scripts/report.sh`. */
export function runsOwnPrograms(step: Step): boolean {
  return commandsOf(step).every((words) => isIdle(words) || words[0].startsWith("/"));
}

/** Whether it runs git, or a program that is made of it. */
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

/** The head of a loop or a `case`, or arithmetic: it runs nothing. */
function isLoopHead(first: string): boolean {
  return /^(case|for|select)$/.test(first) || first.startsWith("((");
}

/** They leave nothing behind but files, directories and lines in the log. */
const IDLE = new Set(
  (". : [ [[ apk apt apt-get awk base64 basename break cat cd chgrp chmod chown command continue cp cut date declare dirname dnf echo " +
    "egrep env exit export false find git-init grep head hostname id let ln local ls microdnf mkdir mktemp mv popd printf pushd pwd read " +
    "readlink realpath return rm rmdir sed set sha256sum shift shopt sleep sort source ssh-add ssh-agent ssh-keyscan " +
    "stat tail tee test touch tr trap true type umask uname unset wc whoami xargs yum").split(" "),
);

const GIT_FETCHES = new Set(["clone", "fetch", "init", "pull", "submodule"]);
const GIT_IDLE = new Set(
  ("am branch cat-file checkout config describe diff lfs log ls-files ls-remote ls-tree merge name-rev remote reset " +
    "rev-list rev-parse show sparse-checkout status switch symbolic-ref tag version worktree")
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

/** The command of git's; "" where it has none. Undefined: it is another program. */
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
