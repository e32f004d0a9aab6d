/** Recognizes files that hold secrets by their names. For the others see secret_contents. Pure. */

/**
 * Returns whether the file has a well-known name of a secret. Public keys, examples and test data
 * do not count, because users stop reading warnings that are often wrong. `path` is relative to the
 * tree's root.
 */
export function looksSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!CANDIDATE.test(name) && !PLACES.some((place) => path.includes(place))) return false;
  const parts = path.split("/").slice(0, -1);
  if (parts.includes(".git")) return false;
  if (NAMES.has(name) || PATHS.some((end) => path === end || path.endsWith(`/${end}`))) return true;
  if (PLACES.some((place) => `/${path}`.includes(`/${place}`))) return true;
  if (PATTERNS.some((pattern) => pattern.test(name))) return !EXAMPLE.test(name);
  if (!KEYS.some((pattern) => pattern.test(name)) || isPublic(name)) return false;
  return !parts.some((part) => HARMLESS_DIRECTORY.test(part));
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
  ".cargo/credentials",
  ".cargo/credentials.toml",
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

/** Keys and key stores, which are harmless if they belong to a test. */
const KEYS = [
  /^id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|ppk|kdbx)$/i,
  /^AuthKey_.*\.p8$/,
];

/** Returns true for "cert.pem", "ca-bundle.pem" and "public.key", but not for "server-key.pem". */
function isPublic(name: string): boolean {
  if (name === "debug.keystore") return true; // the same for all users of Android's SDK
  const words = name.toLowerCase().split(/[._-]/);
  const extension = words.pop();
  if (words.some((word) => word === "public" || word === "pub")) return true;
  const isKey = words.some((word) => /key$|^priv/.test(word));
  return extension === "pem" && !isKey && words.some((word) => CERTIFICATE.test(word));
}

const CERTIFICATE =
  /^(?:cert|certs|certificate|certificates|crt|cacert|cacerts|ca|bundle|chain|fullchain|csr|dhparams?)$/;

const HARMLESS_DIRECTORY =
  /^(?:tests?|__tests__|testdata|test-data|testing|fixtures?|__fixtures__|specs?|examples?|node_modules|vendor|third_party|site-packages)$|[_-]tests?$/i;

/** All names above in one expression: it rules out nearly all of a million files. */
const CANDIDATE = new RegExp(
  [
    ...[...PATTERNS, ...KEYS].map(({ source }) => source),
    ...[...NAMES, ...PATHS.map((path) => path.slice(path.lastIndexOf("/") + 1))]
      .map((name) => `^${RegExp.escape(name)}$`),
  ].join("|"),
  "i",
);
