/**
 * The globs of gitignore(5) as regular expressions. `*` and `?` stop at a '/', a `**` that fills a
 * whole part does not. `[a-z]`, `[!a]`, `[[:digit:]]` and `\` work as in a shell. Pure.
 *
 * The glob and the tested texts hold one byte per code unit (see `bytes` in gitignore.ts).
 */

/**
 * Returns /^src\/(?:[^]*\/)?[^/]*\.o$/ for `src/**` + `/*.o`. An unclosed glob matches nothing.
 *
 * With `ignoresCase`, the tested texts must be in lowercase. As in git, a single capital letter in
 * a set or after a backslash then matches nothing, while a range and [[:upper:]] match its
 * lowercase letter.
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
 * Keeps globs such as `*a*a*a*b` fast. The text between two stars of one path part can be
 * matched at its first occurrence, because the second star takes the rest. So `*a*` becomes
 * (?=([^/]*?a))\1[^/]*, which never backtracks.
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
  /** Offset of the next part in the glob. */
  readonly end: number;
}

const NOTHING = /(?!)/;

/** Returns the part at an offset; undefined if the glob ends in the middle of it. */
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

/**
 * Returns one or more stars as a part. Two or more that fill a whole part of the path cross
 * slashes.
 */
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

/** Returns `[...]` as a part: it matches one byte, but no '/'. A ']' at the start is literal. */
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

/** Returns a class, a range or a byte inside brackets. */
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
  const lowercase = ignoresCase ? lowercaseRange(from.byte, to.byte) : "";
  return { source: `${quote(from.byte)}-${quote(to.byte)}${lowercase}`, end: to.end };
}

/** Returns the lowercase letters for the capitals in a range: "x-z" for "X-c". */
function lowercaseRange(from: string, to: string): string {
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

/** The named classes of POSIX in the C locale, as contents of a set. */
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
