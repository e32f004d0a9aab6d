/** Whether a file is by its name one that holds secrets; where only the content tells, see secret_contents. Pure. */

/**
 * Well-known names alone, and not those of public parts, of examples or of what tests bring along: who is
 * warned of nothing reads no warning. `path` is relative to the tree's root.
 */
export function looksSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!MAY_BE.test(name) && !PLACES.some((place) => path.includes(place))) return false;
  const parts = path.split("/").slice(0, -1);
  if (parts.includes(".git")) return false;
  if (NAMES.has(name) || PATHS.some((end) => path === end || path.endsWith(`/${end}`))) return true;
  if (PLACES.some((place) => `/${path}`.includes(`/${place}`))) return true;
  if (PATTERNS.some((pattern) => pattern.test(name))) return !EXAMPLE.test(name);
  if (!KEYS.some((pattern) => pattern.test(name)) || isPublic(name)) return false;
  return !parts.some((part) => OF_OTHERS.test(part));
}

const NAMES: ReadonlySet<string> = new Set([
  ".pgpass",
  ".my.cnf",
  ".htpasswd",
  ".vault-token",
  ".s3cfg",
  ".boto",
  "kubeconfig",
  "application_default_credentials.json",
  "secring.gpg",
]);

const PATHS = [
  ".kube/config",
  ".aws/credentials",
  ".azure/accessTokens.json",
  ".azure/msal_token_cache.json",
  ".sourceTree/credentials",
  ".sourceTree/credentials.toml",
  ".gem/credentials",
  ".config/gh/hosts.yml",
  ".terraform.d/credentials.tfrc.json",
];

/** Whole directories. */
const PLACES = [".config/gcloud/", ".gnupg/private-keys-v1.d/"];

const PATTERNS = [
  /^\.env$/,
  /^\.env\..+$/,
  /^kubeconfig\.ya?ml$/,
  /\.kubeconfig$/,
  /\.tfstate(?:\.backup)?$/,
  /^client_secret.*\.json$/,
  /^service[-_]?account.*key.*\.json$/,
];

const EXAMPLE = /[.-](?:example|sample|template|tmpl|dist|defaults?|schema)(?:$|\.)/;

/** Keys and stores of keys, which are of no worth where they belong to a test. */
const KEYS = [
  /^id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|ppk|kdbx)$/i,
  /^AuthKey_.*\.p8$/,
];

/** "cert.pem", "ca-bundle.pem", "public.key", but "server-key.pem" is none of them. */
function isPublic(name: string): boolean {
  if (name === "debug.keystore") return true; // Android's: everybody has it
  const words = name.toLowerCase().split(/[._-]/);
  const extension = words.pop();
  if (words.some((word) => word === "public" || word === "pub")) return true;
  const isKey = words.some((word) => /key$|^priv/.test(word));
  return extension === "pem" && !isKey && words.some((word) => CERTIFICATE.test(word));
}

const CERTIFICATE =
  /^(?:cert|certs|certificate|certificates|crt|cacert|cacerts|ca|bundle|chain|fullchain|csr|dhparams?)$/;

const OF_OTHERS =
  /^(?:tests?|__tests__|testdata|test-data|testing|fixtures?|__fixtures__|specs?|examples?|node_modules|vendor|third_party|site-packages)$|[_-]tests?$/i;

/** All names above in one: of a million files nearly all are looked at by this alone. */
const MAY_BE = new RegExp(
  [
    ...[...PATTERNS, ...KEYS].map(({ source }) => source),
    ...[...NAMES, ...PATHS.map((path) => path.slice(path.lastIndexOf("/") + 1))]
      .map((name) => `^${RegExp.escape(name)}$`),
  ].join("|"),
  "i",
);
