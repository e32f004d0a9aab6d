/** The user's credentials for a registry, from the files of Docker and Podman. */
import { UsageError } from "../errors.ts";
import { FileError, type Host } from "../host.ts";
import { isRecord } from "../shape.ts";
import { DOCKER_HUB, type ImageName } from "./image_name.ts";

/** A name with a password, a token that buys other tokens, or a token for the registry itself. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string }
  | { readonly bearer: string };

type Reader = Pick<Host, "files" | "env" | "run">;

/** The key of Docker Hub in Docker's files. */
const HUB_KEY = "https://index.docker.io/v1/";
const HELPER_MS = 30_000;

/**
 * Returns the credentials of the first file that has some for the registry; undefined if none has.
 * Throws UsageError for a file that cannot be read.
 */
export async function findCredentials(
  host: Reader,
  name: Pick<ImageName, "registry" | "repository">,
): Promise<Credentials | undefined> {
  for (const path of credentialFiles(host.env)) {
    const text = await readConfig(host, path);
    if (text === undefined) continue;
    const found = await inConfig(host, path, parseConfig(path, text), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The files in the order of tkn: Docker's, then Podman's. */
function credentialFiles(env: Host["env"]): string[] {
  const home = env.get("HOME") || env.get("USERPROFILE");
  const docker = env.get("DOCKER_CONFIG") || (home === undefined ? undefined : `${home}/.docker`);
  const runtime = env.get("XDG_RUNTIME_DIR");
  const config = env.get("XDG_CONFIG_HOME") || (home === undefined ? undefined : `${home}/.config`);
  return [
    docker && `${docker}/config.json`,
    env.get("REGISTRY_AUTH_FILE"),
    runtime && `${runtime}/containers/auth.json`,
    config && `${config}/containers/auth.json`,
  ].filter((path) => path !== undefined && path !== "") as string[];
}

async function readConfig({ files }: Reader, path: string): Promise<string | undefined> {
  try {
    return await files.readText(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UsageError(`Cannot read "${path}": ${error.state}`, { cause: error });
  }
}

function parseConfig(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const config: unknown = JSON.parse(text);
    if (isRecord(config)) return config;
  } catch {
    // The parser's message quotes the text, which has passwords.
  }
  throw new UsageError(`Cannot read "${path}": it is not a JSON object`, {
    hint: "docker login and podman login write it",
  });
}

/** A helper of the registry comes before the helper of all, and that before the file itself. */
async function inConfig(
  host: Reader,
  path: string,
  config: Readonly<Record<string, unknown>>,
  { registry, repository }: Pick<ImageName, "registry" | "repository">,
): Promise<Credentials | undefined> {
  const keys = [`${registry}/${repository}`, registry === DOCKER_HUB ? HUB_KEY : registry];
  const helpers = isRecord(config.credHelpers) ? config.credHelpers : {};
  for (const key of keys) {
    const helper = Object.hasOwn(helpers, key) ? helpers[key] : config.credsStore;
    if (typeof helper !== "string" || helper === "") continue;
    const found = await askHelper(host, path, helper, key);
    if (found !== undefined) return found;
  }
  const auths = isRecord(config.auths) ? config.auths : {};
  for (const key of keys) {
    const entry = Object.entries(auths).find(([one]) => one === key || hostOf(one) === key)?.[1];
    const found = isRecord(entry) ? ofEntry(entry) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the host of the old form of a key: `https://registry.example.com/v2/`. */
function hostOf(key: string): string | undefined {
  return /^https?:\/\/([^/]+)/.exec(key)?.[1];
}

function ofEntry(entry: Readonly<Record<string, unknown>>): Credentials | undefined {
  const text = (key: string) => {
    const value = entry[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [identityToken, bearer] = [text("identitytoken"), text("registrytoken")];
  if (identityToken !== undefined) return { identityToken };
  if (bearer !== undefined) return { bearer };
  const [, user, secret] = /^([^:]*):(.*)$/s.exec(decoded(text("auth") ?? "")) ?? [];
  const [username, password] = [user ?? text("username"), secret ?? text("password")];
  return username && password ? { username, password } : undefined;
}

function decoded(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes).replace(/\0+$/, "");
  } catch {
    return "";
  }
}

/**
 * Asks a credential helper of Docker.
 * https://github.com/docker/docker-credential-helpers#development
 */
async function askHelper(
  host: Reader,
  path: string,
  helper: string,
  key: string,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  const refuse = (why: string) =>
    new UsageError(`Cannot get credentials from "${program}", which "${path}" names: ${why}`);
  if (!/^[\w.-]+$/.test(helper)) throw refuse("its name is not one of a program");
  const { code, stdout } = await host.run([program, "get"], { input: key, limitMs: HELPER_MS })
    .catch((error) => {
      throw error instanceof FileError ? refuse(error.state) : error;
    });
  if (code !== 0) {
    if (/credentials not found/i.test(stdout)) return undefined;
    throw refuse(`it failed with exit code ${code}`);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    throw refuse("its answer is not JSON");
  }
  const { Username: username, Secret: password } = isRecord(answer) ? answer : {};
  if (typeof username !== "string" || typeof password !== "string") {
    throw refuse("its answer has no Username and Secret");
  }
  if (password === "") return undefined;
  return username === "<token>" ? { identityToken: password } : { username, password };
}
