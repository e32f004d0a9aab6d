/** Replaces calls of a shell script's own functions by the functions' commands. Pure. */
import { withoutKeywords } from "./prefix.ts";
import type { ShellCommand } from "./shell_words.ts";

/** A call nested deeper than this is taken as recursion, and its commands are known already. */
const MOST_DEPTH = 5;
/** Calls beyond this number stay: functions that call each other twice grow exponentially. */
const MOST_CALLS = 200;
/** The longest word after arguments are filled in; a path is shorter. */
const MOST_CHARACTERS = 512;

/**
 * Returns the commands in the order in which the script reaches them, loops and branches ignored:
 * `get() { git clone "$1" .; }; get u` is `git clone u .`. The commands of a function that no
 * command calls stay as they are, because a `trap` may run them.
 */
export function withCalls(commands: readonly ShellCommand[]): ShellCommand[] {
  const { rest, functions } = definitions(commands);
  if (functions.size === 0) return rest;
  const called = new Set<string>();
  let left = MOST_CALLS;
  const expand = (some: readonly ShellCommand[], depth: number): ShellCommand[] =>
    some.flatMap(({ words, substituted }) => {
      const [name = "", ...given] = withoutKeywords(words);
      const body = functions.get(name);
      const inside = expand(substituted, depth);
      if (body === undefined) return [{ words, substituted: inside }];
      called.add(name);
      if (depth > MOST_DEPTH) return inside;
      if (left-- <= 0) return [{ words, substituted: inside }];
      return [...inside, ...expand(withArguments(body, given), depth + 1)];
    });
  const expanded = expand(rest, 0);
  const uncalled = [...functions].filter(([name]) => !called.has(name));
  return [...uncalled.flatMap(([, body]) => body), ...expanded];
}

/** Separates the bodies of functions, between the braces after `name()`, from other commands. */
function definitions(commands: readonly ShellCommand[]) {
  const functions = new Map<string, ShellCommand[]>();
  const rest: ShellCommand[] = [];
  for (let at = 0; at < commands.length; at++) {
    const [keyword, name = "", ...words] = commands[at].words;
    if (keyword !== "function") {
      rest.push(commands[at]);
      continue;
    }
    const body: ShellCommand[] = words.length > 0 ? [{ ...commands[at], words }] : [];
    let depth = bracesOf(words);
    while (at + 1 < commands.length && (depth > 0 || body.length === 0)) {
      const next = commands[++at];
      depth += bracesOf(next.words);
      body.push(next);
      if (body.length === 1 && depth === 0) break; // a body without braces
    }
    functions.set(name, body);
  }
  return { rest, functions };
}

/** Returns how many more braces the command opens than it closes. */
function bracesOf(words: readonly string[]): number {
  if (words[0] === "}") return -1;
  const keywords = words.slice(0, words.length - withoutKeywords(words).length);
  return keywords.filter((word) => word === "{").length;
}

/** Fills in `$1`, `${2:-main}` and `$@`; `shift` drops the first arguments. */
function withArguments(body: readonly ShellCommand[], given: readonly string[]): ShellCommand[] {
  let words = [...given];
  const fill = ({ words: own, substituted }: ShellCommand): ShellCommand => {
    const filled = own.flatMap((word) => /^\$(\{?[@*]\}?)$/.test(word) ? words : [inWord(word)]);
    if (own[0] === "shift") words = words.slice(Number(own[1] ?? 1) || 1);
    return { words: filled, substituted: substituted.map(fill) };
  };
  const inWord = (word: string) => {
    const filled = word.replace(
      /\$(?:(\d)|\{(\d)(?::?-([^{}]*))?\})/g,
      (whole, bare, braced, otherwise) => words[Number(bare ?? braced) - 1] ?? otherwise ?? whole,
    );
    return filled.length > MOST_CHARACTERS && filled !== word ? "$LONG" : filled;
  };
  return body.map(fill);
}
