/** Refusals of the API in words. Pure. */
import { ClusterError } from "../errors.ts";
import { CHECK_SERVER } from "./answers.ts";
import type { ActsAs, Status } from "./interface.ts";
import { ConnectError } from "./transport.ts";

/** A refusal by the API server, with its answer. */
export class StatusError extends ClusterError {
  /** The wait before the next request that the server asks for, in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(
    message: string,
    readonly status: Status,
    { hint, retryAfterMs }: { hint?: string; retryAfterMs?: number } = {},
  ) {
    super(message, { hint });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server did not answer: it is down, not trusted, or too slow. */
export class UnreachableError extends ClusterError {}

/**
 * Credentials that have served could not be renewed. What gives them may be out of reach for a
 * while, such as the server of a single sign-on.
 */
export class RenewalError extends ClusterError {}

/** The operation that failed, for an error message: `get Pipeline "build"`. */
export interface Attempt {
  /**
   * A word of kubectl: get, list, watch, create, patch, delete, "exec into", "read the logs of".
   */
  readonly verb: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly server: string;
  readonly actsAs?: ActsAs;
}

export function isStatus(error: unknown, code: number): error is StatusError {
  return error instanceof StatusError && error.status.code === code;
}

/** The messages for an API group, and for a resource of a group, that the server does not serve. */
const UNKNOWN_KIND = /^404 page not found|the server could not find the requested resource/;

export function isUnknownKind(error: unknown): error is StatusError {
  return isStatus(error, 404) && UNKNOWN_KIND.test(error.status.message ?? "");
}

/** Returns the error for an answer that is not a success. */
export function refused(attempt: Attempt, status: Status, retryAfterMs?: number): StatusError {
  const { state, hint } = stateAndHint(attempt, status);
  const message = `Cannot ${attemptText(attempt)}: ${state}`;
  return new StatusError(message, status, { hint, retryAfterMs });
}

/** Returns `get Pipeline "build"`, or `list Pods` without a name. */
export function attemptText({ verb, kind, name }: Pick<Attempt, "verb" | "kind" | "name">): string {
  return name === undefined ? `${verb} ${kind}s` : `${verb} ${kind} "${name}"`;
}

function stateAndHint(attempt: Attempt, status: Status): { state: string; hint?: string } {
  const where = attempt.namespace === undefined ? "" : ` in namespace "${attempt.namespace}"`;
  const message = status.message ?? "";
  if (status.code !== 401 && PAGE.test(message)) {
    return {
      state: `the server answered ${status.code} with ${pageText(message)}`,
      hint: CHECK_SERVER,
    };
  }
  switch (status.code) {
    case 401:
      return {
        state: `${attempt.server} does not accept the credentials (401 Unauthorized)`,
        hint: "log in to the cluster again, or choose another --context",
      };
    case 403:
      return /admission webhook|exceeded quota|violates PodSecurity/.test(message)
        ? { state: message }
        : notAllowedToImpersonate(message) ??
          { state: forbidden(attempt, status), hint: permissionHint(attempt, status) };
    case 404:
      return UNKNOWN_KIND.test(message)
        ? { state: "the cluster does not know this kind" }
        : { state: `not found${where}`, hint: "look with --namespace or --context elsewhere" };
    default:
      return { state: message === "" ? `the server answered ${status.code}` : message };
  }
}

const PAGE = /^\s*<(?:!doctype|html|\?xml)\b/i;

/** Names the page of a proxy by its title. */
function pageText(page: string): string {
  const [, title = ""] = /<title\b[^>]*>([^<]*)/i.exec(page) ?? [];
  const words = title.trim().replaceAll(/\s+/g, " ");
  return words === "" ? "a page" : `the page "${words}"`;
}

/**
 * Reads `users "dev" is forbidden: User "ci" cannot impersonate resource "users" in API group ""`.
 */
function notAllowedToImpersonate(message: string): { state: string; hint: string } | undefined {
  const found = /^\w+ "([^"]*)" is forbidden: User "([^"]*)" cannot impersonate resource "(\w+)s\b/
    .exec(message);
  if (found === null) return undefined;
  const [, other, user, kind] = found;
  return {
    state: `user "${user}" may not impersonate ${kind} "${other}" (403 Forbidden)`,
    hint: "ask for this right, or act as yourself: without --as, and without as in the kubeconfig",
  };
}

/**
 * Shortens `User "dev" cannot create resource "pods/exec" in API group "" in the namespace
 * "default"`.
 */
function forbidden(attempt: Attempt, status: Status): string {
  const found = /User "([^"]*)" cannot (\S+) resource "([^"]*)"/.exec(status.message ?? "");
  const where = attempt.namespace === undefined ? "" : ` in namespace "${attempt.namespace}"`;
  const { message = "" } = status;
  if (message === "") return `the server answered 403${where}`;
  return found === null
    ? `forbidden${where}: ${message.replace(/^forbidden: /, "")}`
    : `user "${found[1]}" may not ${found[2]} ${found[3]}${where} (403 Forbidden)`;
}

function permissionHint(attempt: Attempt, status: Status): string {
  const found = /cannot (\S+) resource "([^"]*)"/.exec(status.message ?? "");
  const verb = found?.[1] ?? attempt.verb;
  const resource = found?.[2] ?? status.details?.kind ?? attempt.kind;
  const namespace = attempt.namespace === undefined ? "" : ` -n ${attempt.namespace}`;
  const check = `kubectl auth can-i ${verb} ${resource}${namespace}${asFlags(attempt.actsAs)}`;
  return `ask for this right; ${check} checks it`;
}

/** Returns kubectl's flags for the impersonation, with a space before. */
export function asFlags(actsAs: ActsAs | undefined): string {
  if (actsAs === undefined) return "";
  const word = (text: string) =>
    /^[\w.:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const groups = actsAs.groups.map((group) => ` --as-group ${word(group)}`);
  return ` --as ${word(actsAs.user)}${groups.join("")}`;
}

/** Returns the error for a request without an answer, from the message of the runtime. */
export function unreachable(server: string, error: unknown): UnreachableError {
  const [state, hint] = reasonOf(error);
  return new UnreachableError(`Cannot reach the cluster "${server}": ${state}`, {
    hint,
    cause: error,
  });
}

/** Returns why there is no answer: "connection refused". */
export function networkState(error: unknown): string {
  return reasonOf(error)[0];
}

const CHECK_ADDRESS = "is it up, and are --context and --kubeconfig the right ones?";

function reasonOf(error: unknown): [state: string, hint: string] {
  if (error instanceof ConnectError) return [error.message, error.hint];
  const text = wholeMessage(error);
  const certificate = /invalid peer certificate: (.+)/.exec(text);
  if (certificate !== null) {
    return [
      `its certificate is not trusted (${certificate[1]})`,
      "check certificate-authority in the kubeconfig",
    ];
  }
  const alert = /received fatal alert: \w+/.exec(text);
  if (alert !== null) {
    return [
      `it refuses the handshake: ${alert[0]}`,
      "does it accept the client certificate of the kubeconfig?",
    ];
  }
  const [, fault] = /Parse Error: (.+)/.exec(text) ?? [];
  if (fault !== undefined) return [`its answer is not HTTP (${fault})`, CHECK_SERVER];
  if (/socket hang up/.test(text)) return ["it closed the connection", CHECK_ADDRESS];
  if (/refused/i.test(text)) return ["connection refused", CHECK_ADDRESS];
  if (/dns|lookup|resolve/i.test(text)) return ["its name cannot be resolved", CHECK_ADDRESS];
  if (/timed? ?out|TimeoutError/i.test(text)) return ["no answer in time", CHECK_ADDRESS];
  return [lastPart(text), CHECK_ADDRESS];
}

/** Returns the messages of an error and its causes, one per line, without the address. */
function wholeMessage(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const message = at.message.replace(/^error sending request .*?client error \(\w+\): /, "");
    parts.push(`${at.name}: ${message}`);
  }
  return parts.length === 0 ? String(error) : parts.join("\n");
}

function lastPart(text: string): string {
  return text.split("\n").at(-1)!.replace(/^\w*Error: /, "").replace(/\(os error \d+\)/, "").trim();
}
