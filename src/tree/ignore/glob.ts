/**
 * The globs of gitignore(5) as regular expressions: `*` and `?` stop at a '/', a whole-part `**` does
 * not, `[a-z]`, `[!a]`, `[[:digit:]]` and `\` work as in a shell. Pure.
 *
 * Both the glob and what it is tested on hold one byte a code unit (see `bytes` in gitignore.ts).
 */

/**
 * `src/**` + `/*.o` becomes /^src\/(?:[^]*\/)?[^/]*\.o$/; a glob that is not closed matches nothing.
 *
 * With `ignoresCase` it is for texts in small letters. As in git, a capital letter by itself in a set, or
 * after a backslash, then matches none, while in a range and in [[:upper:]] it does.
 */
export function globToRegExp(glob: string, ignoresCase = false): RegExp {
  const sources: string[] = [];
  for (let at = 0; at < glob.length;) {
    const part = partAt(glob, at, ignoresCase);
    if (part === undefined) return NOTHING;
    sources.push(part.source);
    at = part.end;
  }
  return new RegExp(`^${withoutBacktracking(sources).join("")}$`);
}

/**
 * What stands between two stars of one path part needs to be found only where it comes first, for the
 * second star takes the rest: `*a*` becomes (?=([^/]*?a))\1[^/]*, which never looks back. So a glob
 * like `*a*a*a*b` is not slow.
 */
function withoutBacktracking(sources: readonly string[]): string[] {
  const result: string[] = [];
  let groups = 0;
  for (let at = 0; at < sources.length; at++) {
    let end = at + 1;
    while (end < sources.length && !STOPS.has(sources[end])) end++;
    if (sources[at] !== STAR || sources[end] !== STAR) {
      result.push(sources[at]);
      continue;
    }
    result.push(`(?=([^/]*?${sources.slice(at + 1, end).join("")}))\\${++groups}(?:)`);
    at = end - 1;
  }
  return result;
}

const STAR = "[^/]*";
const ANY_DEPTH = "(?:[^]*/)?";
const SLASH = "\\x2f";
const STOPS: ReadonlySet<string> = new Set([STAR, ANY_DEPTH, SLASH]);

interface Part {
  readonly source: string;
  /** Where in the glob the next part begins. */
  readonly end: number;
}

const NOTHING = /(?!)/;

/** Undefined where the glob ends in the middle of the part. */
function partAt(glob: string, at: number, ignoresCase: boolean): Part | undefined {
  switch (glob[at]) {
    case "*":
      return stars(glob, at);
    case "?":
      return { source: "[^/]", end: at + 1 };
    case "[":
      return set(glob, at, ignoresCase);
    case "\\":
      return at + 1 < glob.length ? { source: quote(glob[at + 1]), end: at + 2 } : undefined;
    default:
      return { source: quote(ignoresCase ? glob[at].toLowerCase() : glob[at]), end: at + 1 };
  }
}

/** One or more stars: two and more that fill a whole part of the path cross slashes. */
function stars(glob: string, at: number): Part {
  let end = at;
  while (glob[end] === "*") end++;
  const startsPart = at === 0 || glob[at - 1] === "/";
  if (end - at > 1 && startsPart) {
    if (end === glob.length) return { source: "[^]*", end };
    if (glob[end] === "/") return { source: ANY_DEPTH, end: end + 1 };
  }
  return { source: STAR, end };
}

/** `[...]`: one byte, never a '/'. A ']' right at the start stands for itself. */
function set(glob: string, at: number, ignoresCase: boolean): Part | undefined {
  let end = at + 1;
  const negated = glob[end] === "!" || glob[end] === "^";
  if (negated) end++;
  const members: string[] = [];
  for (let first = true; first || glob[end] !== "]"; first = false) {
    const member = memberAt(glob, end, ignoresCase);
    if (member === undefined) return undefined;
    members.push(member.source);
    end = member.end;
  }
  const inside = members.join("");
  const any = inside === "" ? (negated ? "[^]" : "(?!)") : `[${negated ? "^" : ""}${inside}]`;
  return { source: `(?!/)${any}`, end: end + 1 };
}

/** A class, a range or a byte inside of brackets. */
function memberAt(glob: string, at: number, ignoresCase: boolean): Part | undefined {
  const named = /^\[:([^\]]*):\]/.exec(glob.slice(at));
  if (named !== null) {
    const source = CLASSES.get(ignoresCase && named[1] === "upper" ? "lower" : named[1]);
    return source === undefined ? undefined : { source, end: at + named[0].length };
  }
  const from = byteAt(glob, at);
  if (from === undefined) return undefined;
  if (glob[from.end] !== "-" || glob[from.end + 1] === "]") {
    return { source: quote(from.byte), end: from.end };
  }
  const to = byteAt(glob, from.end + 1);
  if (to === undefined) return undefined;
  if (from.byte > to.byte) return { source: quote(from.byte), end: to.end };
  const small = ignoresCase ? smallLetters(from.byte, to.byte) : "";
  return { source: `${quote(from.byte)}-${quote(to.byte)}${small}`, end: to.end };
}

/** Of the capital ones in a range: "X-c" has "x-z". */
function smallLetters(from: string, to: string): string {
  const first = from > "A" ? from : "A";
  const last = to < "Z" ? to : "Z";
  return first > last ? "" : `${first.toLowerCase()}-${last.toLowerCase()}`;
}

function byteAt(glob: string, at: number): { byte: string; end: number } | undefined {
  const start = glob[at] === "\\" ? at + 1 : at;
  return start < glob.length ? { byte: glob[start], end: start + 1 } : undefined;
}

function quote(byte: string): string {
  return /\w/.test(byte) ? byte : `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** The named classes of POSIX in the C locale, as the inside of a set. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["alnum", "a-zA-Z0-9"],
  ["alpha", "a-zA-Z"],
  ["blank", " \\t"],
  ["cntrl", "\\x00-\\x1f\\x7f"],
  ["digit", "0-9"],
  ["graph", "\\x21-\\x7e"],
  ["lower", "a-z"],
  ["print", "\\x20-\\x7e"],
  ["punct", "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e"],
  ["space", " \\t\\n\\v\\f\\r"],
  ["upper", "A-Z"],
  ["xdigit", "0-9a-fA-F"],
]);
