/** The credentials of a user of the kubeconfig. */
import { Buffer } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import type { Authenticator } from "npm:@kubernetes/client-node@1.4.0/dist/auth.js";
import type { User } from "npm:@kubernetes/client-node@1.4.0/dist/config_types.js";
import { UsageError } from "../../../errors.ts";
import { type ClusterInfo, runPlugin } from "./exec_plugin.ts";
import { readExecSpec } from "./exec_spec.ts";
import type { ForToken } from "./merged.ts";
import { PluginError } from "./plugin_error.ts";
import { messageOf } from "./words.ts";

export interface Credentials {
  readonly headers: Record<string, string>;
  /** A client certificate and its key, in PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** The context of an exec plugin. */
export interface Surroundings {
  readonly cluster: ClusterInfo;
  readonly signal?: AbortSignal;
}

/**
 * Gets the credentials at once. The function returns them first, and gets new ones at later calls.
 */
export async function credentialsOf(
  user: User & ForToken | undefined,
  surroundings: Surroundings,
): Promise<() => Promise<Credentials>> {
  if (user === undefined) return () => Promise.resolve({ headers: {} });
  const authenticator = await authenticatorOf(user, surroundings);
  let ready: Credentials | undefined = await ask(user, authenticator);
  return async () => {
    const credentials = ready ?? await ask(user, authenticator);
    ready = undefined;
    return credentials;
  };
}

async function ask(
  user: User & ForToken,
  authenticator?: Pick<Authenticator, "applyAuthentication">,
): Promise<Credentials> {
  const headers: Record<string, string> = {};
  try {
    const options: { headers: typeof headers; cert?: string; key?: string } = {
      headers,
      cert: fileOrData(user.certFile, user.certData),
      key: fileOrData(user.keyFile, user.keyData),
    };
    if (user.impersonateUser) headers["Impersonate-User"] = user.impersonateUser;
    await authenticator?.applyAuthentication(user, options);
    const token = tokenOf(user);
    if (token) headers.Authorization = `Bearer ${token}`;
    if (user.username) {
      headers.Authorization ??= `Basic ${btoa(`${user.username}:${user.password}`)}`;
    }
    const { cert, key } = options;
    const certificate = cert === undefined || key === undefined ? undefined : { cert, key };
    return { headers, certificate };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (error instanceof PluginError && error.hint !== undefined) {
      const message = `Cannot get the credentials of user "${user.name}": ${error.message}`;
      throw new UsageError(message, { hint: error.hint, cause: error });
    }
    throw new UsageError(
      `Cannot get the credentials of user "${user.name}": ${messageOf(error)}`,
      { hint: "does kubectl work with this context?", cause: error },
    );
  }
}

/** Returns the token of the user's token file, which precedes the token in the kubeconfig. */
function tokenOf({ token, tokenFile }: User & ForToken): string | undefined {
  if (!tokenFile || (token && !existsSync(tokenFile))) return token;
  const text = readFileSync(tokenFile, "utf8").trim();
  if (text === "") throw new Error(`its token file is empty: ${tokenFile}`);
  return text;
}

/** Loads only the authenticator that the user needs. */
async function authenticatorOf(
  { exec, authProvider, ...own }: User & ForToken,
  { cluster, signal }: Surroundings,
): Promise<Pick<Authenticator, "applyAuthentication"> | undefined> {
  const { name, config } = authProvider ?? {};
  if (name === "azure") {
    const { AzureAuth } = await import("npm:@kubernetes/client-node@1.4.0/dist/azure_auth.js");
    return new AzureAuth();
  }
  if (name === "gcp") {
    const library = await import("npm:@kubernetes/client-node@1.4.0/dist/gcp_auth.js");
    return new library.GoogleCloudPlatformAuth();
  }
  if (exec || name === "exec" || config?.exec) {
    // Credentials in the kubeconfig take precedence, as with kubectl.
    const { token, tokenFile, username, certData, certFile } = own;
    if (token || tokenFile || username || certData || certFile) return undefined;
    return execAuthenticator(exec ?? config?.exec, { cluster, signal });
  }
  if (config?.tokenFile) {
    const { FileAuth } = await import("npm:@kubernetes/client-node@1.4.0/dist/file_auth.js");
    return new FileAuth();
  }
  if (name === "oidc") {
    const library = await import("npm:@kubernetes/client-node@1.4.0/dist/oidc_auth.js");
    return new library.OpenIDConnectAuth();
  }
}

function execAuthenticator(
  given: unknown,
  { cluster, signal }: Surroundings,
): Pick<Authenticator, "applyAuthentication"> {
  return {
    async applyAuthentication(_user, options) {
      const { token, certificate } = await runPlugin(readExecSpec(given), cluster, signal);
      const own = options as { headers?: Record<string, string>; cert?: string; key?: string };
      if (token !== undefined) {
        own.headers ??= {};
        own.headers.Authorization = `Bearer ${token}`;
      }
      if (certificate !== undefined) Object.assign(own, certificate);
    },
  };
}

/** Returns PEM text from a file, or from base64 in the kubeconfig. */
export function fileOrData(file?: string, data?: string): string | undefined {
  if (file) return readFileSync(file, "utf8");
  return data ? Buffer.from(data, "base64").toString() : undefined;
}
