/**
 * The tokens of an OpenID Connect provider, as client-go has them (plugin/pkg/client/auth/oidc): an
 * id-token serves until it ends, and a refresh-token gets another.
 */
import type { AuthorizationServer, Client } from "npm:oauth4webapi@3.8.8";
import { networkState } from "../../../kube/status.ts";
import { systemClient } from "../authorities.ts";
import { readSmallFile } from "./bounded_file.ts";
import { LoginError } from "./login_error.ts";
import { messageOf } from "./words.ts";

export type OidcConfig = Readonly<Record<string, string>>;

/** Where the tokens are kept: other programs, such as kubectl, renew them there too. */
export interface OidcStore {
  /** Returns undefined if they are not there any more. */
  read(): OidcConfig | undefined;
  /** Throws an error of the system. */
  write(changes: OidcConfig): void;
}

export interface OidcToken {
  readonly token: string;
  readonly untilMs: number;
}

/** A token with less time left counts as ended: the clocks of two machines differ. */
const SKEW_MS = 10_000;
const LONGEST_MS = 30_000;
const LARGEST_BYTES = 1 << 20;

export class OidcSession {
  #config: OidcConfig;

  constructor(config: OidcConfig, private readonly store: OidcStore) {
    this.#config = config;
  }

  /**
   * Returns a token that differs from the refused one, if there is a refresh-token. Throws
   * LoginError.
   */
  async token(
    { refused, signal }: { refused?: string; signal?: AbortSignal } = {},
  ): Promise<OidcToken> {
    for (const key of ["idp-issuer-url", "client-id"]) {
      if (!this.#config[key]) throw new LoginError(`its auth-provider oidc has no ${key}`);
    }
    const own = current(this.#config);
    if (own !== undefined && own.token !== refused) return own;
    this.#config = { ...this.#config, ...this.store.read() };
    const kept = current(this.#config);
    if (kept !== undefined && kept.token !== refused) return kept;
    const refreshToken = this.#config["refresh-token"];
    if (refreshToken) return await this.#refresh(refreshToken, signal);
    if (own !== undefined) return own;
    throw new LoginError("its id-token has ended, and there is no refresh-token", {
      hint: "log in to the cluster again",
    });
  }

  async #refresh(refreshToken: string, signal: AbortSignal | undefined): Promise<OidcToken> {
    const issuer = this.#config["idp-issuer-url"];
    const answer = await refreshed(this.#config, refreshToken, signal).catch((error) => {
      if (signal?.aborted || error instanceof LoginError) throw error;
      throw new LoginError(`${issuer} gave no new token: ${reasonOf(error)}`, {
        hint: "log in to the cluster again, if that does not pass",
        cause: error,
      });
    });
    if (answer.id_token === undefined) {
      throw new LoginError(`${issuer} renews no id-token`, {
        hint: "ask for the scope openid at the login; some providers never renew one",
      });
    }
    const changes = {
      "id-token": answer.id_token,
      "refresh-token": answer.refresh_token ?? refreshToken,
    };
    this.#config = { ...this.#config, ...changes };
    this.#keep(changes, refreshToken);
    return current(this.#config) ?? { token: answer.id_token, untilMs: Date.now() };
  }

  /** A provider may take each refresh-token once: a new one that is not kept ends the login. */
  #keep(changes: OidcConfig, before: string): void {
    try {
      this.store.write(changes);
    } catch (error) {
      if (changes["refresh-token"] === before) return;
      throw new LoginError(`its new refresh-token cannot be kept: ${messageOf(error)}`, {
        hint: "make the kubeconfig writable, and log in to the cluster again",
        cause: error,
      });
    }
  }
}

/** Returns the id-token if it has not ended. Throws LoginError. */
function current({ "id-token": token }: OidcConfig): OidcToken | undefined {
  if (!token) return undefined;
  const untilMs = endOf(token) - SKEW_MS;
  return Date.now() < untilMs ? { token, untilMs } : undefined;
}

function endOf(token: string): number {
  const parts = token.split(".");
  try {
    if (parts.length !== 3) throw new Error("not three parts");
    const bytes = Uint8Array.fromBase64(parts[1], { alphabet: "base64url" });
    const { exp } = JSON.parse(new TextDecoder().decode(bytes)) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 : 0;
  } catch {
    throw new LoginError("its id-token is not a JWT", { hint: "log in to the cluster again" });
  }
}

async function refreshed(config: OidcConfig, refreshToken: string, signal?: AbortSignal) {
  const oauth = await import("npm:oauth4webapi@3.8.8");
  const caCerts = authorities(config);
  using client = caCerts === undefined ? systemClient() : Deno.createHttpClient({ caCerts });
  const ends = [AbortSignal.timeout(LONGEST_MS), ...signal === undefined ? [] : [signal]];
  const go = async (url: string | URL, init: RequestInit = {}) => {
    const given = { ...init, client, signal: AbortSignal.any(ends) };
    return await bounded(await fetch(url, given));
  };
  const { "idp-issuer-url": issuer, "client-id": id, "client-secret": secret } = config;
  const server = await discover(issuer, go);
  const own: Client = { client_id: id };
  const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const authentication = !secret
    ? oauth.None()
    : methods.includes("client_secret_basic")
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret);
  const response = await oauth.refreshTokenGrantRequest(server, own, authentication, refreshToken, {
    [oauth.customFetch]: (url: string, init: object) => go(url, init as RequestInit),
    [oauth.allowInsecureRequests]: new URL(issuer).protocol === "http:", // as the kubeconfig says
  });
  return await oauth.processRefreshTokenResponse(server, own, response);
}

async function discover(
  issuer: string,
  go: (url: string) => Promise<Response>,
): Promise<AuthorizationServer> {
  const response = await go(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`it answered ${response.status} about its endpoints`);
  const found = await response.json().catch(() => undefined) as AuthorizationServer | undefined;
  if (typeof found?.token_endpoint === "string" && typeof found.issuer === "string") return found;
  throw new Error("it does not say where its token_endpoint is");
}

function authorities(config: OidcConfig): string[] | undefined {
  const key = "idp-certificate-authority";
  try {
    if (config[`${key}-data`]) {
      return [new TextDecoder().decode(Uint8Array.fromBase64(config[`${key}-data`]))];
    }
    return config[key] ? [readSmallFile(config[key])] : undefined;
  } catch (error) {
    throw new LoginError(`its ${key} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Returns the answer with its whole body. */
async function bounded(response: Response): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) throw new Error("its answer is larger than 1 MiB");
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(bytes === 0 ? null : new Blob(chunks), { status, headers });
}

/** Returns what the provider says, or why there is no answer. */
function reasonOf(error: unknown): string {
  const { error: code, error_description: text } = error as Record<string, unknown>;
  if (typeof code === "string") return typeof text === "string" ? `${code} (${text})` : code;
  return networkState(error);
}
