/** What a step does, as far as its text tells: whether it fetches a repository, and nothing but that. Pure. */
import type { Step } from "../model.ts";
import { looksLikeClone } from "./names.ts";

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
  const commands = commandsOf(textOf(step));
  const fetches = commands.some(isFetch);
  const works = commands.length === 0 ||
    commands.some((words) => !isFetch(words) && !isIdle(words));
  if (fetches) return works ? "mixed" : "fetch";
  return works ? "work" : "idle";
}

/** Whether it runs git, or a program that is made of it. */
export function usesGit(step: Step): boolean {
  return /(^|[\s/"'(;|&])git([\s"'-]|$)/m.test(textOf(step));
}

function refNames({ ref }: Step): string[] {
  const values = (ref?.params ?? []).map(({ value }) => value);
  return [ref?.name, ...values].filter((name): name is string => typeof name === "string");
}

/** The script, else the command line; an image of git's own is called as git. */
function textOf({ script, command = [], args = [], image = "" }: Step): string {
  if (script) return script;
  const isGit = /(^|\/)git([-:@]|$)/.test(image);
  // Of other images nobody knows what their entrypoint makes of its arguments.
  if (command.length === 0 && !isGit && !looksLikeClone(args[0] ?? "")) return "";
  const words = [...command.length === 0 && isGit ? ["git"] : command, ...args];
  // `sh -c TEXT`
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  if (at > 0 && /(^|\/)(a|ba|da|k|z)?sh$/.test(words[0])) return words[at + 1] ?? "";
  return words.map((word) => /\s/.test(word) ? JSON.stringify(word) : word).join(" ");
}

/**
 * The simple commands of a shell script, each in words. No parser of a shell's whole language: what it takes for a
 * command by mistake is one that is not known, so that the step is not taken for a mere fetch.
 */
function commandsOf(text: string): string[][] {
  const lines = withoutHereDocuments(text.replaceAll("\\\n", " "))
    .map((line) => line.replace(/(^|\s)#.*$/, "$1"));
  const bare = lines.join("\n").replace(/\beval\s+(["'])([^"'$`]*)\1/g, "$2")
    .replace(TEKTONS, UNKNOWN)
    .replace(QUOTED, (text) => /\s/.test(text) ? "quoted" : text)
    .replace(/^\s*[^()\s;&"']+\)(?=\s|$)/gm, ""); // a pattern of `case`
  const parts = bare.split(/\n|;|&&|\|\||\||&(?!\d)|\$\(|`|[(){}](?=\s|$)|(?<=^|\s)[({]/);
  const functions = new Set(
    [...text.matchAll(/^\s*(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\)/gm)].map(([, name]) => name),
  );
  return parts.map(wordsOf).filter((words) =>
    words.length > 0 && !functions.has(words[0].replace(/\(\)$/, ""))
  );
}

/** Variables of Tekton's, which are no command's output. */
const TEKTONS = /\$\((?:inputs\.)?(?:params|results|workspaces|context|tasks|steps?)[.[][^)]*\)/g;
const UNKNOWN = "$UNKNOWN";
/** With no command in it. */
const QUOTED = /"(?:[^"$`\n]|\$(?!\())*"|'[^'\n]*'/g;

/** Without what comes before the command; none where there is none. */
function wordsOf(part: string): string[] {
  const words = part.trim().split(/\s+/).filter((word) => word !== "");
  while (words.length > 0) {
    if (/^(case|for|function|select)$/.test(words[0])) return [];
    if (!KEYWORDS.has(words[0]) && !isAssignment(words[0])) break;
    words.shift();
  }
  // What is left of a quoted text, an array, a function's name, a redirection.
  return /^(["'\])]*|[<>0-9].*|.*[()])$/.test(words[0] ?? "") ? [] : words;
}

function withoutHereDocuments(text: string): string[] {
  const kept: string[] = [];
  let end: string | undefined;
  for (const line of text.split("\n")) {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined;
      continue;
    }
    kept.push(line);
    end = /<<-?\s*["']?(\w+)["']?/.exec(line)?.[1];
  }
  return kept;
}

function isAssignment(word: string): boolean {
  return /^[A-Za-z_]\w*\+?=/.test(word);
}

const KEYWORDS = new Set("if then elif else fi while until do done in esac ! time exec".split(" "));

/** They leave nothing behind but files, directories and lines in the log. */
const IDLE = new Set(
  (". : [ [[ apk apt apt-get awk base64 basename cat cd chgrp chmod chown command cp cut date declare dirname dnf echo " +
    "egrep env exit export false find git-init grep head hostname id let ln local ls microdnf mkdir mktemp mv printf pwd read " +
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
    else if (!words[at].startsWith("-")) return words[at].replace(/["']/g, "");
  }
  return "";
}

function programOf([first]: readonly string[]): string {
  return first.replace(/["']/g, "").replace(/^.*\//, "");
}
