/** Who we are to a server. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { Authenticator } from "npm:@kubernetes/client-node@1.4.0/dist/auth.js";
import type { User } from "npm:@kubernetes/client-node@1.4.0/dist/config_types.js";
import { UsageError } from "../../errors.ts";
import { messageOf } from "./words.ts";

export interface Credentials {
  readonly headers: Record<string, string>;
  /** A client certificate and its key, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Asks for them at once, and then each time but the first that they are asked for. */
export async function credentialsOf(user?: User): Promise<() => Promise<Credentials>> {
  if (user === undefined) return () => Promise.resolve({ headers: {} });
  const authenticator = await authenticatorOf(user);
  let ready: Credentials | undefined = await ask(user, authenticator);
  return async () => {
    const credentials = ready ?? await ask(user, authenticator);
    ready = undefined;
    return credentials;
  };
}

async function ask(user: User, authenticator?: Authenticator): Promise<Credentials> {
  const headers: Record<string, string> = {};
  try {
    const options: { headers: typeof headers; cert?: string; key?: string } = {
      headers,
      cert: fileOrData(user.certFile, user.certData),
      key: fileOrData(user.keyFile, user.keyData),
    };
    if (user.impersonateUser) headers["Impersonate-User"] = user.impersonateUser;
    await authenticator?.applyAuthentication(user, options);
    if (user.token) headers.Authorization = `Bearer ${user.token}`;
    if (user.username) {
      headers.Authorization ??= `Basic ${btoa(`${user.username}:${user.password}`)}`;
    }
    const { cert, key } = options;
    const certificate = cert === undefined || key === undefined ? undefined : { cert, key };
    return { headers, certificate };
  } catch (error) {
    throw new UsageError(
      `Cannot get the credentials of user "${user.name}": ${messageOf(error)}`,
      { hint: "does kubectl work with this context?", cause: error },
    );
  }
}

/** Only the one that the user has is loaded. */
async function authenticatorOf({ exec, authProvider }: User): Promise<Authenticator | undefined> {
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
    const { ExecAuth } = await import("npm:@kubernetes/client-node@1.4.0/dist/exec_auth.js");
    return new ExecAuth();
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

/** What a kubeconfig has in a file of its own or, in base64, in itself: as text, for it is PEM. */
export function fileOrData(file?: string, data?: string): string | undefined {
  if (file) return readFileSync(file, "utf8");
  return data ? Buffer.from(data, "base64").toString() : undefined;
}
