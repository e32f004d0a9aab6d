/**
 * Reads manifests and blobs of a registry, and checks their digests. It knows no Tekton.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
import { ClusterError } from "../errors.ts";
import { FileError, type Host, type WebAnswer } from "../host.ts";
import { isRecord } from "../shape.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { type ImageName, imageText, isLoopback, mayBePlain } from "./image_name.ts";

export interface RegistryOptions {
  /** Returns the user's credentials. Called once, and only if the registry asks for them. */
  readonly credentials: () => Promise<Credentials | undefined>;
  /** Whether any certificate of the registry is accepted. */
  readonly skipsTls?: boolean;
}

export interface Layer {
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

export class Registry {
  #base: string | undefined;
  #authorization: string | undefined;

  constructor(
    private readonly host: Pick<Host, "request">,
    private readonly name: ImageName,
    private readonly options: RegistryOptions,
  ) {}

  /**
   * Returns the layers of the image; of an index, those of its image for linux/amd64, or of the
   * only one. Throws ClusterError.
   */
  async layers(): Promise<Layer[]> {
    const { reference, isDigest } = this.name;
    const manifest = await this.#manifest(reference, isDigest ? reference : undefined);
    if (!Array.isArray(manifest.manifests)) return this.#layersOf(manifest);
    const children = manifest.manifests.filter(isRecord);
    const chosen = children.length === 1
      ? children[0]
      : children.find(({ platform }) =>
        isRecord(platform) && platform.os === "linux" && platform.architecture === "amd64"
      );
    const digest = chosen?.digest;
    if (!isDigestText(digest)) {
      throw this.#refuse("it is an index without an image for linux/amd64");
    }
    return this.#layersOf(await this.#manifest(digest, digest));
  }

  /** Returns the bytes of a layer as they are stored. Throws ClusterError. */
  async blob({ digest }: Layer): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes } = await this.#get(`blobs/${digest}`, "*/*");
    await this.#check(bytes, digest);
    return bytes;
  }

  async #manifest(
    reference: string,
    digest: string | undefined,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { bytes, headers } = await this.#get(`manifests/${reference}`, MANIFESTS.join(", "));
    const expected = digest ?? headers.get("docker-content-digest") ?? undefined;
    if (expected !== undefined) await this.#check(bytes, expected);
    try {
      const manifest: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (isRecord(manifest)) return manifest;
    } catch {
      // it is something else
    }
    throw this.#refuse("the registry's answer is not a manifest");
  }

  #layersOf({ layers }: Readonly<Record<string, unknown>>): Layer[] {
    if (!Array.isArray(layers)) throw this.#refuse("its manifest has no layers");
    return layers.map((layer) => {
      const { digest, annotations = {} } = isRecord(layer) ? layer : {};
      if (!isDigestText(digest)) throw this.#refuse("its manifest has a layer without a digest");
      const texts = Object.entries(isRecord(annotations) ? annotations : {})
        .filter((one): one is [string, string] => typeof one[1] === "string");
      return { digest, annotations: Object.fromEntries(texts) };
    });
  }

  async #check(bytes: Uint8Array<ArrayBuffer>, digest: string): Promise<void> {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    if (digest === `sha256:${sum}`) return;
    throw this.#refuse(`what arrived has the digest sha256:${sum}, not ${digest}`, "try again");
  }

  /** Requests a path of the repository, with credentials if the registry asks for them. */
  async #get(path: string, accept: string): Promise<WebAnswer> {
    const ask = async () => {
      const authorization = this.#authorization;
      const headers = { accept, ...authorization === undefined ? {} : { authorization } };
      return await this.#request(`/v2/${this.name.repository}/${path}`, headers);
    };
    let answer = await ask();
    if (answer.status === 401 && this.#authorization === undefined) {
      this.#authorization = await this.#authorize(answer.headers.get("www-authenticate") ?? "");
      if (this.#authorization !== undefined) answer = await ask();
    }
    const { status, statusText } = answer;
    if (status >= 200 && status <= 299) return answer;
    const login = `log in with docker login ${this.name.registry}`;
    throw this.#refuse(
      `${status} ${statusText}`.trim() + messageOf(answer),
      status === 401 || status === 403 ? login : "look at its name and tag",
    );
  }

  /** Like tkn, tries plain HTTP after https where that is usual. Throws the error of https. */
  async #request(path: string, headers: Record<string, string>): Promise<WebAnswer> {
    const { registry } = this.name;
    if (this.#base !== undefined) return await this.#send(`${this.#base}${path}`, headers);
    const [secure, plain] = [`https://${registry}`, `http://${registry}`];
    try {
      const answer = await this.#send(`${secure}${path}`, headers);
      this.#base = secure;
      return answer;
    } catch (error) {
      const isUntrusted = error instanceof ClusterError && /certificate/.test(error.message);
      if (!(error instanceof ClusterError) || isUntrusted || !mayBePlain(this.name)) throw error;
      const answer = await this.#send(`${plain}${path}`, headers).catch((second) => {
        throw second instanceof ClusterError ? error : second;
      });
      this.#base = plain;
      return answer;
    }
  }

  async #send(url: string, headers: Record<string, string>, body?: string): Promise<WebAnswer> {
    const { skipsTls } = this.options;
    try {
      return await this.host.request(url, { headers, body, skipsTls });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const isCertificate = /certificate/.test(error.state);
      const hint = isCertificate
        ? "is it the right registry, with a valid certificate?"
        : undefined;
      throw this.#refuse(`${new URL(url).origin}: ${error.state}`, hint);
    }
  }

  /** Returns the header Authorization; undefined without credentials for the registry. */
  async #authorize(header: string): Promise<string | undefined> {
    const challenges = parseChallenges(header);
    const credentials = await this.options.credentials();
    const isPlain = this.#base!.startsWith("http:") && !isLoopback(this.name);
    if (credentials !== undefined && isPlain) {
      throw this.#refuse("it asks for credentials over plain HTTP", "serve it over https");
    }
    if (credentials !== undefined && "bearer" in credentials) return `Bearer ${credentials.bearer}`;
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (bearer !== undefined) return `Bearer ${await this.#token(bearer, credentials)}`;
    const isBasic = challenges.some(({ scheme }) => scheme === "basic");
    return isBasic && credentials !== undefined && "username" in credentials
      ? basic(credentials)
      : undefined;
  }

  /** Asks the registry's authority for a token. https://distribution.github.io/distribution/spec/auth/token/ */
  async #token({ params }: Challenge, credentials: Credentials | undefined): Promise<string> {
    const realm = params.get("realm") ?? "";
    const isSafe = /^https:\/\//.test(realm) || isLoopback(this.name) && /^http:\/\//.test(realm);
    if (!URL.canParse(realm) || !isSafe) {
      throw this.#refuse(`it sends for a token to "${realm}", which is not https`);
    }
    const asked = new URLSearchParams({
      ...params.has("service") ? { service: params.get("service")! } : {},
      scope: params.get("scope") ?? `repository:${this.name.repository}:pull`,
    });
    let answer: WebAnswer;
    if (credentials !== undefined && "identityToken" in credentials) {
      const body = new URLSearchParams({
        ...Object.fromEntries(asked),
        grant_type: "refresh_token",
        refresh_token: credentials.identityToken,
        client_id: "tkn-dev",
      });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      answer = await this.#send(realm, headers, `${body}`);
    } else {
      const url = new URL(realm);
      for (const [key, value] of asked) url.searchParams.set(key, value);
      const headers = credentials !== undefined && "username" in credentials
        ? { authorization: basic(credentials) }
        : undefined;
      answer = await this.#send(`${url}`, { ...headers });
    }
    const token = tokenOf(answer);
    if (token !== undefined) return token;
    throw this.#refuse(
      `its authority gives no token: ${answer.status} ${answer.statusText}`.trim(),
      `log in with docker login ${this.name.registry}`,
    );
  }

  #refuse(why: string, hint?: string): ClusterError {
    return new ClusterError(`Cannot read the image "${imageText(this.name)}": ${why}`, { hint });
  }
}

function isDigestText(value: unknown): value is string {
  return typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
}

function jsonOf({ bytes }: WebAnswer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function tokenOf(answer: WebAnswer): string | undefined {
  if (answer.status !== 200) return undefined;
  const { token, access_token: access } = jsonOf(answer);
  return [token, access].find((one): one is string => typeof one === "string" && one !== "");
}

const MOST_MESSAGE = 200;

/** Returns the registry's own first error: " (MANIFEST_UNKNOWN: no such tag)". */
function messageOf(answer: WebAnswer): string {
  const { errors } = jsonOf(answer);
  const [first] = Array.isArray(errors) ? errors : [];
  if (!isRecord(first)) return "";
  const parts = [first.code, first.message].filter((one) => typeof one === "string" && one !== "");
  return parts.length === 0 ? "" : ` (${parts.join(": ").slice(0, MOST_MESSAGE)})`;
}
