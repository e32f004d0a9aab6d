/**
 * Splits a shell script into simple commands, and each command into words without their quotes.
 * Text that the shell expands at run time stays as written: `$A`, `${A}`, `$(basename "$U" .git)`.
 * This is no parser of the whole language: redirections are words, and control flow is ignored.
 * Pure.
 */

import { isKeyword } from "./prefix.ts";

/** A simple command. Keywords before it (`if`, `do`, `{`) are words too. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** The commands inside the words' `$(...)`, `<(...)` and backticks. */
  readonly substituted: readonly ShellCommand[];
}

/** Tekton's variables, which look like a command substitution: `$(params.url)`. */
const TEKTON_VARIABLE =
  /^\$\((?:inputs\.)?(?:params|results|workspaces|context|tasks|steps?|finally)[.[]/;

/** Substitutions nested deeper than this are unreadable. */
const MOST_DEPTH = 20;

/** Stands for text that can't be split: its commands are unknown. */
const UNREADABLE: ShellCommand = { words: ["(unreadable)"], substituted: [] };

/**
 * Returns the script's commands: `A=b; if make "x y"; then` is `[["A=b"], ["if", "make", "x y"],
 * ["then"]]`. The head of a function is `["function", NAME]`, and its braces are commands. An
 * unclosed quote gives an unknown command.
 */
export function shellCommands(text: string, depth = 0): ShellCommand[] {
  return depth > MOST_DEPTH ? [UNREADABLE] : new Splitter(text, depth).split();
}

/** Returns the commands and the commands inside their substitutions. */
export function withSubstituted(commands: readonly ShellCommand[]): ShellCommand[] {
  return commands.flatMap((one) => [...withSubstituted(one.substituted), one]);
}

class Splitter {
  private readonly commands: ShellCommand[] = [];
  private words: string[] = [];
  private substituted: ShellCommand[] = [];
  private word: string | undefined;
  private at = 0;
  private isQuoted = false;
  /** Delimiters of the here-documents that begin on the next line. */
  private hereDocuments: string[] = [];
  private caseDepth = 0;
  /** Whether a `[[` is open, in which operators are part of its expression. */
  private isTest = false;
  /** Whether the command has a word that is not a keyword. */
  private hasProgram = false;

  constructor(private readonly text: string, private readonly depth: number) {}

  split(): ShellCommand[] {
    while (this.at < this.text.length) {
      if (!this.takeExpansion() && !this.takeQuote() && !this.takeOperator()) {
        this.append(this.text[this.at++]);
      }
    }
    this.endCommand();
    return this.isQuoted ? [...this.commands, UNREADABLE] : this.commands;
  }

  /** Takes `$(...)`, `${...}`, a backtick substitution or an escaped character. */
  private takeExpansion(): boolean {
    const [one, next = ""] = [this.text[this.at], this.text[this.at + 1]];
    if (one === "\\") {
      this.at += 2;
      if (next !== "\n") this.append(next);
    } else if (one === "`") {
      const end = after(this.text, "`", this.at + 1);
      this.substituted.push(...this.inner(this.text.slice(this.at + 1, end - 1)));
      this.appendUntil(end);
    } else if (one === "$" && /[({]/.test(next)) {
      this.takeBrackets(this.at + 1);
    } else if (/[<>]/.test(one) && next === "(" && !this.isQuoted) {
      this.takeBrackets(this.at + 1);
    } else return false;
    return true;
  }

  /** Takes text up to the bracket that closes the one at `open`, and reads the commands in it. */
  private takeBrackets(open: number): void {
    const end = endOfBrackets(this.text, open);
    const inside = this.text.slice(open + 1, end - 1);
    const isCommand = this.text[open] === "(" && !inside.startsWith("(") &&
      this.text[open - 1] !== "=" && !TEKTON_VARIABLE.test(this.text.slice(this.at, end));
    const commands = this.inner(inside);
    this.substituted.push(
      ...isCommand ? commands : commands.flatMap(({ substituted }) => substituted),
    );
    this.appendUntil(end);
  }

  private takeQuote(): boolean {
    const one = this.text[this.at];
    if (one === '"') {
      this.isQuoted = !this.isQuoted;
      this.word ??= "";
      this.at++;
    } else if (this.isQuoted) {
      this.append(this.text[this.at++]);
    } else if (one === "'") {
      const end = this.text.indexOf("'", this.at + 1);
      if (end < 0) this.isQuoted = true;
      this.append(this.text.slice(this.at + 1, end < 0 ? undefined : end));
      this.at = end < 0 ? this.text.length : end + 1;
    } else return false;
    return true;
  }

  /** Takes a comment, a blank or an operator outside quotes. */
  private takeOperator(): boolean {
    const { text, at } = this;
    const one = text[at];
    if (one === "#" && this.word === undefined) {
      const end = text.indexOf("\n", at);
      this.at = end < 0 ? text.length : end;
    } else if (/[ \t\r]/.test(one)) {
      this.endWord();
      this.at++;
    } else if (one === "\n") {
      this.endCommand();
      this.at++;
      for (const end of this.hereDocuments.splice(0)) this.at = afterLine(text, end, this.at);
    } else if (this.isTest && this.word !== "]]") {
      return false;
    } else if (one === "(" && this.takeParenthesis()) {
      return true;
    } else if (one === "&" && (text[at - 1] === ">" || text[at + 1] === ">")) {
      return false;
    } else if (/[;|()&]/.test(one)) {
      this.endCommand();
      this.at++;
      if (one === ";" && text[at + 1] === ";" && this.caseDepth > 0) this.takeCasePattern(at + 2);
    } else {
      const [, delimiter] = one === "<" && text[at - 1] !== "<" &&
          /^<<-?\s*(?:["'\\])?(\w+)/.exec(text.slice(at, at + 100)) || [];
      if (delimiter !== undefined) this.hereDocuments.push(delimiter);
      return false;
    }
    return true;
  }

  /** Takes parentheses of no subshell: a function's `()`, `((...))`, an array's `A=(...)`. */
  private takeParenthesis(): boolean {
    const { text, at, word = "" } = this;
    if (/^[A-Za-z_]\w*\+?=$/.test(word)) {
      this.takeBrackets(at);
    } else if (this.words.length === 0 && word === "" && text[at + 1] === "(") {
      this.appendUntil(endOfBrackets(text, at));
    } else {
      const [empty] = /^\(\s*\)/.exec(text.slice(at, at + 100)) ?? [];
      if (empty === undefined || !/^[\w-]+$/.test(word || this.words.at(-1) || "")) return false;
      this.endWord();
      if (this.words[0] !== "function") this.words.unshift("function");
      this.at += empty.length;
      this.endCommand();
    }
    return true;
  }

  /** Skips the pattern of the next branch of a `case`, up to its `)`. */
  private takeCasePattern(from: number): void {
    const pattern = /[;&\s]*(?:#.*\n\s*)*(?!esac\b)\(?[^()\n]*\)/y;
    pattern.lastIndex = from;
    this.at = pattern.test(this.text) ? pattern.lastIndex : from;
  }

  private append(text: string | undefined): void {
    this.word = (this.word ?? "") + (text ?? "");
  }

  private appendUntil(end: number): void {
    this.append(this.text.slice(this.at, end));
    this.at = end;
  }

  private endWord(): void {
    if (this.word === undefined) return;
    this.words.push(this.word);
    const isIn = this.word === "in" && this.words.at(-3) === "case";
    if (this.word === "esac" && this.caseDepth > 0) this.caseDepth--;
    if (this.word === "[[" && !this.hasProgram) this.isTest = true;
    if (this.word === "]]") this.isTest = false;
    this.hasProgram ||= !isKeyword(this.word);
    this.word = undefined;
    if (!isIn) return;
    this.caseDepth++;
    this.endCommand();
    this.takeCasePattern(this.at);
  }

  private endCommand(): void {
    this.endWord();
    const { words, substituted } = this;
    if (words.length > 0) this.commands.push({ words, substituted });
    [this.words, this.substituted] = [[], []];
    this.isTest = this.hasProgram = false;
  }

  private inner(text: string): ShellCommand[] {
    return shellCommands(text, this.depth + 1);
  }
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + 1;
}

/** Returns where the line begins that follows the line `end`. */
function afterLine(text: string, end: string, from: number): number {
  for (let at = from; at < text.length;) {
    const next = after(text, "\n", at);
    if (text.slice(at, next).trim() === end) return next;
    at = next;
  }
  return text.length;
}

/** Returns the index after the bracket that closes the one at `from`. */
function endOfBrackets(text: string, from: number): number {
  const open = text[from];
  const close = open === "(" ? ")" : "}";
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === open) depth++;
    else if (text[at] === close && --depth === 0) return at + 1;
  }
  return text.length;
}
