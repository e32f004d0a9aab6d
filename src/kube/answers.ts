/**
 * The border: bounds the size of an API server's answers and checks their shape before the program
 * uses them. The server may be a proxy that answers with a page, or it may lie. Pure, except for
 * `readText` and `readStart`, which read a stream.
 */
import { ClusterError } from "../errors.ts";
import { checked, isRecord, type Shape } from "../shape.ts";
import type { KubeObject, Resource, Status, Stored, User, WatchEvent } from "./interface.ts";

const MIB = 1 << 20;

/** The sizes in bytes above which the client rejects an answer. */
export const LARGEST = {
  /** etcd stores no object above 1.5 MiB. */
  object: 8 * MIB,
  /** About 10,000 pods. */
  list: 64 * MIB,
  /** One line of a watch: an event with one object. */
  line: 8 * MIB,
  /** The body of an error: the client reads no further. */
  status: 64 * 1024,
} as const;

/** An error message keeps this many characters of the server's text. */
const MESSAGE_CHARS = 500;

/**
 * The expected shape beside the metadata, and the kind of an object that does not name its kind.
 */
type Shaped = Partial<Pick<Resource, "kind" | "shape">>;

const OBJECT: Shape = {
  metadata: {
    name: "name",
    generateName: "text",
    namespace: "name",
    uid: "name",
    resourceVersion: "text",
    creationTimestamp: "text",
    deletionTimestamp: "text",
    labels: "texts",
    annotations: "texts",
  },
  spec: {},
  status: {},
};

/**
 * An unusable answer. `what` completes "the server's answer is": "not a list", "larger than 8 MiB".
 */
export class AnswerError extends Error {
  constructor(readonly what: string) {
    super(`the server's answer is ${what}`);
  }
}

/** An answer whose connection was cut. The next try may return all of it. */
export class BrokenAnswer extends Error {}

/** The hint for what no API server answers. */
export const CHECK_SERVER = "is it a Kubernetes API server, and not the page of a proxy?";

/** An unusable answer in words: `Cannot list Pods: the server's answer is not a list`. */
export class MalformedError extends ClusterError {
  constructor(attempt: string, cause: AnswerError) {
    super(`Cannot ${attempt}: ${cause.message}`, {
      hint: CHECK_SERVER,
      cause,
    });
  }
}

/** Reads the whole body as text. Throws AnswerError above the limit, and then reads no further. */
export async function readText(response: Response, limitBytes: number): Promise<string> {
  const { text, isCut } = await readStart(response, limitBytes);
  if (isCut) throw new AnswerError(`larger than ${limitBytes / MIB} MiB`);
  return text;
}

/** Reads the start of the body as text, for an error message. */
export async function readStart(
  { body }: Response,
  limitBytes: number,
): Promise<{ text: string; isCut: boolean }> {
  if (body === null) return { text: "", isCut: false };
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), isCut: false };
      bytes += value.length;
      text += decoder.decode(value, { stream: true });
      if (bytes > limitBytes) return { text, isCut: true };
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

type Json = { readonly [key: string]: unknown };

/** Reads one object. Throws AnswerError if the text is not a stored object of that shape. */
export function parseObject<T extends KubeObject>(
  text: string,
  expected: Shaped,
): Stored<T> {
  return asObject<T>(parseJson(text, "not an object"), expected, "not an object");
}

/** Reads a list. Throws AnswerError if the text is not a list of stored objects of that shape. */
export function parseList<T extends KubeObject>(
  text: string,
  expected: Shaped,
): { items: Stored<T>[]; resourceVersion: string } {
  const list = parseJson(text, "not a list");
  if (!isRecord(list)) throw new AnswerError("not a list");
  const { items, metadata } = list;
  const { resourceVersion = "" } = isRecord(metadata) ? metadata : {};
  // Go encodes an empty list as null.
  if (!(Array.isArray(items) || items === null) || typeof resourceVersion !== "string") {
    throw new AnswerError("not a list");
  }
  return {
    items: (items ?? []).map((item) => asObject<T>(item, expected, "not a list")),
    resourceVersion,
  };
}

/** One line of a watch. */
export type ParsedEvent<T extends KubeObject> =
  | WatchEvent<T>
  | { readonly type: "BOOKMARK"; readonly resourceVersion?: string }
  /** Usually 410 Expired. */
  | { readonly type: "ERROR"; readonly status: Status };

/** Reads one line of a watch. Throws AnswerError if it is not an event. */
export function parseWatchEvent<T extends KubeObject>(
  line: string,
  expected: Shaped,
): ParsedEvent<T> {
  const what = "not a watch event";
  const event = tryJson(line);
  if (!isRecord(event)) throw new AnswerError(what);
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: asObject<T>(event.object, expected, what) };
    case "BOOKMARK":
      return { type: event.type, resourceVersion: versionOf(event.object) };
    case "ERROR":
      return { type: event.type, status: asStatus(event.object) ?? {} };
    default:
      throw new AnswerError(what);
  }
}

function versionOf(object: unknown): string | undefined {
  const metadata = isRecord(object) ? object.metadata : undefined;
  const version = isRecord(metadata) ? metadata.resourceVersion : undefined;
  return typeof version === "string" ? version : undefined;
}

/**
 * Reads the body of an error. Text that is not a Status, such as a proxy's page, is the message.
 */
export function parseStatus(text: string, code: number): Status {
  const parsed = tryJson(text);
  const status = isRecord(parsed) && parsed.kind === "Status" ? asStatus(parsed) : undefined;
  if (status !== undefined) return { ...status, code: status.code ?? code };
  return { status: "Failure", code, message: text.trim().slice(0, MESSAGE_CHARS) };
}

/** Reads the result of a command from channel 3. Text that is not a Status is the message. */
export function parseExecStatus(text: string): Status {
  const status = asStatus(tryJson(text));
  if (status?.status !== undefined) return status;
  return { status: "Failure", message: text.trim().slice(0, MESSAGE_CHARS) };
}

/** Whether a SelfSubjectAccessReview denies the access. Any other answer counts as allowed. */
export function parseDenied(text: string): boolean {
  const review = tryJson(text);
  const status = isRecord(review) ? review.status : undefined;
  return isRecord(status) && status.allowed === false;
}

/** Reads a SelfSubjectReview. Throws AnswerError if the answer names no user. */
export function parseUser(text: string): User {
  const review = parseJson(text, "not a review");
  const status = isRecord(review) ? review.status : undefined;
  const user = isRecord(status) ? status.userInfo : undefined;
  if (!isRecord(user) || typeof user.username !== "string") throw new AnswerError("not a review");
  const groups = Array.isArray(user.groups) ? user.groups : [];
  return {
    name: user.username,
    groups: groups.filter((group): group is string => typeof group === "string"),
  };
}

/** Reads the `gitVersion` of the path /version. Throws AnswerError if the answer lacks it. */
export function parseVersion(text: string): string {
  const found = parseJson(text, "not a version");
  const version = isRecord(found) ? found.gitVersion : undefined;
  if (typeof version !== "string") throw new AnswerError("not a version");
  return version;
}

/** Keeps the fields of a Status that have the right type. Returns undefined for other values. */
function asStatus(value: unknown): Status | undefined {
  if (!isRecord(value)) return undefined;
  const { status, message, reason, code, details } = value;
  return {
    ...(value.kind === "Status" ? { kind: value.kind } : {}),
    ...(status === "Success" || status === "Failure" ? { status } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof code === "number" && Number.isInteger(code) ? { code } : {}),
    ...(isRecord(details) ? { details: asDetails(details) } : {}),
  };
}

function asDetails({ name, group, kind, causes, retryAfterSeconds }: Json): Status["details"] {
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof group === "string" ? { group } : {}),
    ...(typeof kind === "string" ? { kind } : {}),
    ...(typeof retryAfterSeconds === "number" ? { retryAfterSeconds } : {}),
    ...(Array.isArray(causes) ? { causes: causes.filter(isRecord).map(asCause) } : {}),
  };
}

function asCause({ reason, message, field }: Json) {
  return {
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof field === "string" ? { field } : {}),
  };
}

/** Checks one object, and fills in its kind: items of lists of pods and the like lack it. */
function asObject<T extends KubeObject>(
  given: unknown,
  { kind, shape = {} }: Shaped,
  what: string,
): Stored<T> {
  const isNamed = isRecord(given) && isRecord(given.metadata) &&
    typeof given.metadata.name === "string";
  if (!isNamed) throw new AnswerError(what);
  const found = checked(given, OBJECT, shape);
  if ("why" in found) throw new AnswerError(`${what}: ${found.why}`);
  const object = found.value as Stored<T>;
  return kind === undefined || object.kind !== undefined ? object : { ...object, kind };
}

/**
 * Throws BrokenAnswer for text that begins as JSON and breaks off: the connection was cut. Throws
 * AnswerError for other text that is not JSON.
 */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!/^\s*($|\{)/.test(text) || isWhole(text)) throw new AnswerError(what);
    throw new BrokenAnswer("the answer broke off");
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the text ends like a whole object. */
function isWhole(text: string): boolean {
  return text.trimEnd().endsWith("}");
}
