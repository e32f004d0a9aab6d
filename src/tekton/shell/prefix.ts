/** The words before the program of a simple command: keywords, wrappers and assignments. Pure. */

const KEYWORDS = new Set(
  "{ } ! if then elif else fi while until do done in esac time exec".split(" "),
);
/** Programs that run the command after them. */
const WRAPPERS = new Set(["command", "env", "retry", "sudo"]);
const DECLARATIONS = new Set(["export", "local", "readonly"]);

export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word);
}

/** Returns the words after keywords: `if ! get u` is `get u`. */
export function withoutKeywords(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !KEYWORDS.has(word));
  return at < 0 ? [] : words.slice(at);
}

/**
 * Returns the words after keywords, wrappers and declarations: `then sudo git fetch` is
 * `git fetch`, `{ export A=b` is `A=b`.
 */
export function withoutPrefix(words: readonly string[]): readonly string[] {
  const isPrefix = ([first, next = ""]: readonly string[]) =>
    KEYWORDS.has(first) || WRAPPERS.has(first) && /^[^-]/.test(next) ||
    DECLARATIONS.has(first) && isAssignment(next);
  let at = 0;
  while (at < words.length && isPrefix(words.slice(at, at + 2))) at++;
  return words.slice(at);
}

/** Returns the program and its arguments, without assignments and redirections before it. */
export function programWords(words: readonly string[]): readonly string[] {
  const rest = withoutPrefix(words);
  let at = 0;
  while (at < rest.length && (isAssignment(rest[at]) || /^\d?[<>&]/.test(rest[at]))) {
    at += /^\d?[<>&]+$/.test(rest[at]) ? 2 : 1;
  }
  return rest.slice(at);
}

function isAssignment(word: string): boolean {
  return /^[A-Za-z_]\w*\+?=/.test(word);
}
