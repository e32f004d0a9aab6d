/** The credentials of a user of the kubeconfig, with their renewal. */
import { UsageError } from "../../../errors.ts";
import { RenewalError } from "../../../kube/status.ts";
import { readSmallFile } from "./bounded_file.ts";
import { type ClusterInfo, type PluginLimits, runPlugin } from "./exec_plugin.ts";
import { readExecSpec } from "./exec_spec.ts";
import { encodedHeader, type Header } from "./headers.ts";
import { impersonationHeaders } from "./impersonation.ts";
import { LoginError } from "./login_error.ts";
import type { Certificate } from "./pem.ts";
import { type Renewable, Renewal } from "./renewal.ts";
import { type Login, noCredentials, type User } from "./user.ts";
import { messageOf } from "./words.ts";

/** The identity that each request carries. */
export interface Credentials {
  /** A name may be there several times. */
  readonly headers: readonly Header[];
  readonly certificate?: Certificate;
}

/**
 * Returns credentials, renewed if they have ended, or if they are the refused ones. Throws
 * UsageError, or RenewalError if a source that has given some may give others later.
 */
export type CredentialSource = (refused?: Credentials) => Promise<Credentials>;

/** The header's value and the certificate that a login gives, and their end. */
interface Grant {
  readonly authorization?: string;
  readonly certificate?: Certificate;
  readonly untilMs?: number;
}

/** The context of an exec plugin. */
export interface Surroundings extends Pick<PluginLimits, "signal" | "onWait"> {
  readonly cluster: ClusterInfo;
}

/**
 * How long a file is not read again: the token of a service account is renewed in its file long
 * before it ends.
 */
const FILE_MS = 60_000;

/** Gets the first credentials at once. */
export async function credentialsOf(
  user: User,
  surroundings: Surroundings,
): Promise<CredentialSource> {
  const renewal = new Renewal<Credentials>((last) => ask(user, surroundings, last));
  let first: Credentials | undefined = await renewal.get();
  return async (refused) => {
    const unused = first;
    first = undefined;
    if (unused !== undefined && refused === undefined) return unused;
    try {
      return await renewal.get(refused);
    } catch (error) {
      const { cause } = error as Error;
      if (!(error instanceof UsageError && cause instanceof LoginError)) throw error;
      if (cause.wasAsked) throw error; // nothing asks a person again by itself
      throw new RenewalError(error.message, { hint: error.hint, cause });
    }
  };
}

async function ask(
  { name, certificate, login, impersonation }: User,
  surroundings: Surroundings,
  last: Credentials | undefined,
): Promise<Renewable<Credentials>> {
  try {
    const own = certificate && fromFiles(certificate.read, last?.certificate);
    const grant = await grantOf(login, surroundings, last);
    const all = impersonationHeaders(impersonation);
    if (grant.authorization !== undefined) all.push(["Authorization", grant.authorization]);
    const headers = all.map((header) => {
      const encoded = encodedHeader(header);
      if (encoded !== undefined) return encoded;
      throw new LoginError(`its ${header[0]} has a character that no header can carry`);
    });
    const untilMs = certificate?.isFile
      ? Math.min(grant.untilMs ?? Infinity, Date.now() + FILE_MS)
      : grant.untilMs;
    return { value: { headers, certificate: own ?? grant.certificate }, untilMs };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (error instanceof UsageError) throw error;
    const hint = error instanceof LoginError ? error.hint : undefined;
    const refusal = noCredentials(name, messageOf(error), hint);
    throw new UsageError(refusal.message, { hint: refusal.hint, cause: error });
  }
}

/** A file that is being replaced may be absent or half-written: what was read before stays. */
function fromFiles<T>(read: () => T, last: T | undefined): T {
  try {
    return read();
  } catch (error) {
    if (last === undefined) throw error;
    return last;
  }
}

async function grantOf(
  login: Login,
  { cluster, ...during }: Surroundings,
  last: Credentials | undefined,
): Promise<Grant> {
  const before = last?.headers.find(([name]) => name === "Authorization")?.[1];
  switch (login.kind) {
    case "token":
      return { authorization: `Bearer ${login.token}` };
    case "file": {
      const other = before ?? (login.token && `Bearer ${login.token}`);
      const authorization = fromFiles(() => `Bearer ${tokenIn(login.path)}`, other);
      return { authorization, untilMs: Date.now() + FILE_MS };
    }
    case "password": {
      const pair = new TextEncoder().encode(`${login.username}:${login.password}`);
      return { authorization: `Basic ${pair.toBase64()}` };
    }
    case "exec": {
      const { token, ...rest } = await runPlugin(readExecSpec(login.exec), cluster, during);
      return { authorization: token === undefined ? undefined : `Bearer ${token}`, ...rest };
    }
    case "oidc": {
      const refused = before?.slice("Bearer ".length);
      const { token, untilMs } = await login.session.token({
        refused,
        signal: during.signal,
      });
      return { authorization: `Bearer ${token}`, untilMs };
    }
    case "none":
      return {};
  }
}

function tokenIn(path: string): string {
  const token = readSmallFile(path).trim();
  if (token === "") throw new Error(`its token file is empty: ${path}`);
  return token;
}
