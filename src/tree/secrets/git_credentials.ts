/**
 * Credentials in the files of a `.git`, which a step does not need and the upload leaves out. Pure.
 */
import { withoutUrlPasswords } from "./url_passwords.ts";

/**
 * Returns whether a file of a `.git` may contain credentials; `inside` is its path relative to
 * `.git`. Objects, refs and the index can't, and hooks are programs.
 */
export function mayHoldCredentials(inside: string): boolean {
  return !/^(?:index|packed-refs|(?:refs\/(?:heads|tags|remotes)|hooks)\/.*)$/.test(inside) &&
    !OBJECT.test(inside);
}

/** Objects at any depth: of submodules, git LFS and git-annex too. */
const OBJECT = new RegExp(
  "(?:^|/)objects/(?:" + [
    "[0-9a-f]{2}/[0-9a-f]{38,62}",
    "pack/[^/]+",
    "info/(?!http-alternates$)[^/]+",
    "info/commit-graphs/[^/]+",
    "[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}",
  ].join("|") + ")$|^annex/objects/",
);

/**
 * Returns the text without passwords in URLs. From a git configuration, also removes the lines that
 * are a password, a token, or a header with one.
 */
export function withoutCredentials(text: string): string {
  const clean = withoutUrlPasswords(text);
  return CONFIGURATION.test(clean) ? logicalLines(clean).map(withoutSecret).join("") : clean;
}

/** Matches a text whose first line that is neither empty nor a comment begins a section. */
const CONFIGURATION = /^\uFEFF?(?:[ \t]*(?:[#;][^\n]*)?\r?\n)*[ \t]*\[/;

/**
 * Splits the text into lines. A backslash at the end of a line continues it, except in a comment.
 */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let isOpen = false;
  for (const line of text.split(/(?<=\n)/)) {
    if (isOpen) lines[lines.length - 1] += line;
    else lines.push(line);
    const isComment: boolean = !isOpen && /^\s*[#;]/.test(line);
    isOpen = !isComment && /(?<!\\)(?:\\\\)*\\\r?\n$/.test(line);
  }
  return lines;
}

/** Matches a setting, also on a section's line ("[http] extraheader = x") or commented out. */
const LINE =
  /^((?:\[[^\]"\n]*(?:"(?:[^"\\\n]|\\.)*"[^\]\n]*)?\])?)\s*(?:[#;]\s*)*([a-z][a-z0-9-]*)\s*=([^]*)$/i;

function withoutSecret(line: string): string {
  if (/^\s*[#;]/.test(line) && SECRET_VALUE.test(line)) return "";
  const [, section, key, value] = LINE.exec(line.trimStart()) ?? [];
  if (key === undefined || !isSecret(key, value.trim())) return line;
  return section === "" ? "" : `${section}\n`;
}

const SECRET_KEY =
  /^(?:extraheader|cookie|pwd|auth|.*(?:pass|password|passwd|passphrase|token|secret|apikey|api-key|credentials?))$/i;
const SECRET_VALUE = new RegExp(
  [
    /\b(?:proxy-)?authorization\s*[:=]/,
    /\b(?:private|job|deploy|access|auth)[-_]token\s*[:=]/,
    /\bbearer\s+\S/,
    /\bpass(?:word|wd)?\s*=\s*\S/,
    /\bsshpass\s+-p/,
    /\b(?:gh[pousr]_[a-z0-9]{16}|github_pat_\w{16}|glpat-[\w-]{16})/,
  ].map(({ source }) => source).join("|"),
  "i",
);

/** Matches an empty or boolean value, with or without a comment. */
const NO_SECRET = /^"?(?:true|false)?"?(?:\s*[#;][^\n]*)?$/i;

function isSecret(key: string, value: string): boolean {
  // "me:password@proxy:3128" is not a URL.
  const isLogin = /proxy$/i.test(key) && /^"?[^\s/@:]+:[^\s/@]*@/.test(value);
  return SECRET_KEY.test(key) && !NO_SECRET.test(value) ||
    SECRET_VALUE.test(value) || isLogin;
}

/** Returns the files that a configuration names by `credential.helper = store --file=PATH`. */
export function storeFiles(config: string): string[] {
  const helpers = config.matchAll(
    /^[ \t]*(?:\[[^\]\n]*\][ \t]*)?helper[ \t]*=[ \t]*(?:"|')?store\b[^\n]*?--file[= ]\s*(?:\\?"([^"\\\n]+)|'([^'\n]+)|([^\s"']+))/gim,
  );
  return [...helpers].map(([, quoted, single, plain]) => quoted ?? single ?? plain);
}
