/** What git keeps that lets somebody in, which is of no use to a step and stays here: pure. */
import { withoutUrlPasswords } from "./url_passwords.ts";

/**
 * Whether a file of a `.git` may have such a thing in it: `inside` is its path from there on. Objects and refs can't, by
 * git's own names for them, nor can the index; hooks are programs.
 */
export function mayHoldCredentials(inside: string): boolean {
  return !/^(?:index|packed-refs|(?:refs\/(?:heads|tags|remotes)|hooks)\/.*)$/.test(inside) &&
    !OBJECT.test(inside);
}

/** At any depth: of submodules, and of what git LFS and git-annex keep. */
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
 * The text without passwords in addresses; of what reads as git's configuration also without the lines that are a
 * password, a token, or a header that has one.
 */
export function withoutCredentials(text: string): string {
  const clean = withoutUrlPasswords(text);
  return CONFIGURATION.test(clean) ? logicalLines(clean).map(withoutSecret).join("") : clean;
}

/** The first line that is neither empty nor a comment begins a section. */
const CONFIGURATION = /^\uFEFF?(?:[ \t]*(?:[#;][^\n]*)?\r?\n)*[ \t]*\[/;

/** A backslash at its end continues a line, but for that of a comment. */
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

/** "[http] extraheader = x" is both a section and a line of it; a line that is commented out is one too. */
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

/** Nothing at all, or a word that says yes or no; a comment may follow. */
const NO_SECRET = /^"?(?:true|false)?"?(?:\s*[#;][^\n]*)?$/i;

function isSecret(key: string, value: string): boolean {
  // "me:password@proxy:3128" is no address.
  const isLogin = /proxy$/i.test(key) && /^"?[^\s/@:]+:[^\s/@]*@/.test(value);
  return SECRET_KEY.test(key) && !NO_SECRET.test(value) ||
    SECRET_VALUE.test(value) || isLogin;
}

/** The files that `credential.helper = store --file=PATH` of a configuration names. */
export function storeFiles(config: string): string[] {
  const helpers = config.matchAll(
    /^[ \t]*(?:\[[^\]\n]*\][ \t]*)?helper[ \t]*=[ \t]*(?:"|')?store\b[^\n]*?--file[= ]\s*(?:\\?"([^"\\\n]+)|'([^'\n]+)|([^\s"']+))/gim,
  );
  return [...helpers].map(([, quoted, single, plain]) => quoted ?? single ?? plain);
}
