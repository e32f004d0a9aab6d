/** Finds secrets in files that may or may not contain one, such as .npmrc. Pure. */
import { withoutCredentials } from "./git_credentials.ts";
import { withoutUrlPasswords } from "./url_passwords.ts";

/** Returns whether the file's content must be checked; `path` is relative to the tree's root. */
export function mayHoldSecret(path: string): boolean {
  return checkOf(path) !== undefined;
}

/** Returns whether the file contains a secret. `text` may be just the beginning of the file. */
export function holdsSecret(path: string, text: string): boolean {
  return checkOf(path)?.(text) ?? false;
}

type Check = (text: string) => boolean;

/** Matches a literal value, not a variable such as ${NPM_TOKEN}, %(password)s or {{ token }}. */
const VALUE = String.raw`(?!["']?(?:\$|%[({A-Z]|\{\{|<|\*{3}|["']?\s*$))["']?\S`;

function line(key: string): Check {
  const pattern = new RegExp(
    String.raw`^(?![ \t]*[#;]).*?(?:${key})["']?[ \t]*[=:][ \t]*${VALUE}`,
    "im",
  );
  return (text) => pattern.test(text) || hasUrlPassword(text);
}

function json(keys: string): Check {
  const pattern = new RegExp(String.raw`"(?:${keys})"\s*:\s*"(?!\$)[^"]`, "i");
  return (text) => pattern.test(text) || hasUrlPassword(text);
}

/**
 * Returns whether a URL contains a password, not just a variable: "https://${USER}:${TOKEN}@host".
 */
function hasUrlPassword(text: string): boolean {
  const plain = text.replaceAll(/:\/\/[^/\s]{0,200}?(?:\$|%\(|\{\{|<)[^/\s]{0,200}@/g, "://");
  return withoutUrlPasswords(plain) !== plain;
}

const NETRC: Check = (text) => new RegExp(String.raw`\bpassword\s+${VALUE}`, "i").test(text);
const CONFIGURATION: Check = (text) => withoutCredentials(text) !== text;
const XML: Check = (text) =>
  /<(?:password|passphrase|privateKeyPassphrase)>\s*(?!\$)[^<\s]/i.test(text) ||
  /key="[^"]*(?:password|apikey|token)[^"]*"\s+value="(?!%)[^"]/i.test(text) ||
  hasUrlPassword(text);

/** Checks by the file's name. */
const NAMES: Record<string, Check> = {
  ".npmrc": line(String.raw`(?:^|:)_(?:authToken|auth|password)`),
  ".yarnrc": line(String.raw`_(?:authToken|auth|password)`),
  ".yarnrc.yml": line("npmAuth(?:Token|Ident)"),
  ".netrc": NETRC,
  "_netrc": NETRC,
  ".dockercfg": json("auth|password|identitytoken|registrytoken"),
  ".dockerconfigjson": json("auth|password|identitytoken|registrytoken"),
  "pip.conf": line("password"),
  "pip.ini": line("password"),
  ".pypirc": line("password"),
  "uv.toml": line("password"),
  ".condarc": hasUrlPassword,
  "auth.json": json('password|github\\.com|gitlab\\.com|[^"]*(?:token|secret|consumer-key)|auth'),
  "settings.xml": XML,
  "settings-security.xml": (text) => /<master>\s*(?!\$)[^<\s]/.test(text),
  "nuget.config": XML,
  "gradle.properties": line("password|passwd|token|secret|api_?key"),
  ".git-credentials": hasUrlPassword,
  ".gitconfig": CONFIGURATION,
  ".gitmodules": CONFIGURATION,
  ".lfsconfig": CONFIGURATION,
  ".terraformrc": line("token|password"),
};

/** Checks by the end of the path. */
const PATHS: readonly (readonly [RegExp, Check])[] = [
  // Docker's, in .docker or in $DOCKER_CONFIG.
  [/(?:^|\/)config\.json$/, (text) => /"auths"\s*:/.test(text) && NAMES[".dockercfg"](text)],
  [/(?:^|\/)\.bundle\/config$/, (text) => /^BUNDLE_\S+: "?[^\s"]+:[^\s"]+"?$/m.test(text)],
  [/(?:^|\/)\.cargo\/config(?:\.toml)?$/, line("token")],
  // A bare repository, which is an ordinary directory of the tree.
  [/\.git\/config$/, CONFIGURATION],
];

function checkOf(path: string): Check | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (Object.hasOwn(NAMES, name)) return NAMES[name];
  if (!name.startsWith("config")) return undefined;
  return PATHS.find(([end]) => end.test(path))?.[1];
}
