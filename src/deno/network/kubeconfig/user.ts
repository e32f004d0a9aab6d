/** A user of the kubeconfig, by the rules of client-go (tools/clientcmd). */
import { UsageError } from "../../../errors.ts";
import type { ConnectOptions } from "../../../host.ts";
import { type Entry, Fields } from "./entries.ts";
import { type Impersonation, impersonationOf } from "./impersonation.ts";
import { OidcSession } from "./oidc.ts";
import { oidcStore } from "./oidc_store.ts";
import { type Certificate, readCertificate } from "./pem.ts";

/** How a user logs in, beside a client certificate. */
export type Login =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "file"; readonly path: string; readonly token?: string }
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "exec"; readonly exec: unknown }
  | { readonly kind: "oidc"; readonly session: OidcSession }
  | { readonly kind: "none" };

export interface User {
  readonly name: string;
  readonly certificate?: {
    readonly read: () => Certificate | undefined;
    readonly isFile: boolean;
  };
  readonly login: Login;
  readonly impersonation?: Impersonation;
}

export interface UserOptions extends Pick<ConnectOptions, "as" | "asGroups"> {
  /** Whether requests travel in the open. As with kubectl, no credential then travels with them. */
  readonly isOpen: boolean;
  /** The user and password in the server's URL: with kubectl, they precede any other login. */
  readonly serverLogin?: { readonly username: string; readonly password: string };
}

/** Reads the user of a context, which may name none. Throws UsageError. */
export function readUser(entry: Entry | undefined, options: UserOptions): User {
  const fields = new Fields("user", entry ?? { name: "", content: {} });
  const own = { name: fields.name, impersonation: impersonationOf(options, fields) };
  const first: Login | undefined = options.serverLogin &&
    { kind: "password", ...options.serverLogin };
  if (options.isOpen) return { ...own, login: first ?? { kind: "none" } };
  const isFile = ["client-certificate", "client-key"].some((key) => fields.value(key));
  const certificate = { read: () => readCertificate(fields), isFile };
  return { ...own, certificate, login: first ?? loginOf(fields) };
}

/** A token precedes a provider of tokens. */
function loginOf(fields: Fields): Login {
  const [token, path] = [fields.text("token"), fields.path("tokenFile")];
  const [username, password] = [fields.text("username"), fields.text("password")];
  const hasPassword = username !== undefined || password !== undefined;
  const exec = fields.value("exec");
  const provider = fields.value("auth-provider");
  if (exec !== undefined && provider !== undefined) {
    throw fields.refusal("it has both exec and auth-provider");
  }
  if (hasPassword && (token ?? path) !== undefined) {
    throw fields.refusal(
      `it has both ${token === undefined ? "tokenFile" : "token"} and a password`,
    );
  }
  if (path !== undefined) return { kind: "file", path, token };
  if (token !== undefined) return { kind: "token", token };
  if (hasPassword) return { kind: "password", username: username ?? "", password: password ?? "" };
  if (exec !== undefined) {
    const hasCertificate = ["client-certificate", "client-certificate-data"].some((key) =>
      fields.text(key) !== undefined
    );
    return hasCertificate ? { kind: "none" } : { kind: "exec", exec: withCommand(exec, fields) };
  }
  return provider === undefined ? { kind: "none" } : providerOf(fields, provider);
}

/** Resolves a command with a slash against the kubeconfig. Other commands are on the PATH. */
function withCommand(exec: unknown, fields: Fields): unknown {
  const { command } = (exec ?? {}) as { command?: unknown };
  if (typeof command !== "string" || !/[/\\]/.test(command)) return exec;
  return { ...exec as object, command: fields.absolute(command) };
}

/** Providers that Kubernetes had, and what writes the user with their successors. */
const REMOVED: Readonly<Record<string, string>> = {
  gcp: "gcloud container clusters get-credentials CLUSTER writes it with gke-gcloud-auth-plugin",
  azure: "kubelogin convert-kubeconfig changes it to the plugin kubelogin",
};

function providerOf(fields: Fields, provider: unknown): Login {
  const { name, config } = (provider ?? {}) as { name?: unknown; config?: unknown };
  const refuse = (state: string, hint?: string) =>
    fields.refusal(`its auth-provider ${state}`, hint);
  if (typeof name !== "string" || name === "") throw refuse("has no name");
  if (Object.hasOwn(REMOVED, name)) {
    throw refuse(`"${name}" is no longer part of Kubernetes`, REMOVED[name]);
  }
  if (name !== "oidc") throw refuse(`"${name}" is not known`, "Kubernetes has oidc, and plugins");
  const texts = (config ?? {}) as Record<string, unknown>;
  const isTexts = typeof texts === "object" && !Array.isArray(texts) &&
    Object.values(texts).every((value) => typeof value === "string");
  if (!isTexts) throw refuse("has a config that is not all strings");
  const own = texts as Record<string, string>;
  const key = "idp-certificate-authority";
  const given = own[key] ? { ...own, [key]: fields.absolute(own[key]) } : own;
  const store = oidcStore(fields.name, fields.entry.file?.path);
  return { kind: "oidc", session: new OidcSession(given, store) };
}

/** Returns the error that the user's credentials can't be had. */
export function noCredentials(name: string, state: string, hint?: string): UsageError {
  return new UsageError(`Cannot get the credentials of user "${name}": ${state}`, {
    hint: hint ?? "does kubectl work with this context?",
  });
}
