/**
 * The border: what an API server sends is bounded in size and checked in shape here, before any of it
 * is used. A server may be a proxy that answers with a page, or one that lies. Pure, but for `readText`,
 * which reads a stream.
 */
import { ClusterError } from "../errors.ts";
import { checked, isRecord, type Shape } from "../shape.ts";
import type { KubeObject, Resource, Status, Stored, WatchEvent } from "./interface.ts";

const MIB = 1 << 20;

/** The largest answers that are read, in bytes. */
export const LARGEST = {
  /** etcd takes no object of more than 1.5 MiB. */
  object: 8 * MIB,
  /** About 10,000 pods. */
  list: 64 * MIB,
  /** A line of a watch: one object. */
  line: 8 * MIB,
  /** An error's body: what is longer is cut. */
  status: 64 * 1024,
} as const;

/** An error's message is cut to this many characters. */
const MESSAGE_CHARS = 500;

/** What of a resource is checked, but for the metadata, and the kind of objects that name none. */
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

/** An answer that is none: too large, or of another shape. `what` is "no list", "larger than 8 MiB". */
export class AnswerError extends Error {
  constructor(readonly what: string) {
    super(`the server's answer is ${what}`);
  }
}

/** An answer that breaks off: its connection was cut, and it may come whole the next time. */
export class BrokenAnswer extends Error {}

/** Its kind is told by the verb and the noun: `Cannot list Pods: the server's answer is no list`. */
export class MalformedError extends ClusterError {
  constructor(attempt: string, cause: AnswerError) {
    super(`Cannot ${attempt}: ${cause.message}`, {
      hint: "is it a Kubernetes API server, and no proxy's page?",
      cause,
    });
  }
}

/** The whole body as text. Throws AnswerError above the limit, and reads no further. */
export async function readText(response: Response, limitBytes: number): Promise<string> {
  const { text, isCut } = await readStart(response, limitBytes);
  if (isCut) throw new AnswerError(`larger than ${limitBytes / MIB} MiB`);
  return text;
}

/** The body's first bytes as text, for an error's words. */
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

/** Throws AnswerError where it is not an object with a name, of that shape. */
export function parseObject<T extends KubeObject>(
  text: string,
  expected: Shaped,
): Stored<T> {
  return asObject<T>(parseJson(text, "no object"), expected, "no object");
}

export function parseList<T extends KubeObject>(
  text: string,
  expected: Shaped,
): { items: Stored<T>[]; resourceVersion: string } {
  const list = parseJson(text, "no list");
  if (!isRecord(list)) throw new AnswerError("no list");
  const { items, metadata } = list;
  const { resourceVersion = "" } = isRecord(metadata) ? metadata : {};
  // Go's lists may have null for none.
  if (!(Array.isArray(items) || items === null) || typeof resourceVersion !== "string") {
    throw new AnswerError("no list");
  }
  return {
    items: (items ?? []).map((item) => asObject<T>(item, expected, "no list")),
    resourceVersion,
  };
}

/** What a line of a watch says. */
export type ParsedEvent<T extends KubeObject> =
  | WatchEvent<T>
  | { readonly type: "BOOKMARK"; readonly resourceVersion?: string }
  /** 410 Expired, mostly. */
  | { readonly type: "ERROR"; readonly status: Status };

/** Throws AnswerError. */
export function parseWatchEvent<T extends KubeObject>(
  line: string,
  expected: Shaped,
): ParsedEvent<T> {
  const what = "no watch event";
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

/** An error's body. What is no Status is the message: a proxy's page, or plain text. */
export function parseStatus(text: string, code: number): Status {
  const parsed = tryJson(text);
  const status = isRecord(parsed) && parsed.kind === "Status" ? asStatus(parsed) : undefined;
  if (status !== undefined) return { ...status, code: status.code ?? code };
  return { status: "Failure", code, message: text.trim().slice(0, MESSAGE_CHARS) };
}

/** What ends a command, from channel 3. What is no Status is told word by word. */
export function parseExecStatus(text: string): Status {
  const status = asStatus(tryJson(text));
  if (status?.status !== undefined) return status;
  return { status: "Failure", message: text.trim().slice(0, MESSAGE_CHARS) };
}

/** Whether a SelfSubjectAccessReview denies what was asked; anything else than a plain no is none. */
export function parseDenied(text: string): boolean {
  const review = tryJson(text);
  const status = isRecord(review) ? review.status : undefined;
  return isRecord(status) && status.allowed === false;
}

/** The `gitVersion` of the path /version. Throws AnswerError where there is none. */
export function parseVersion(text: string): string {
  const found = parseJson(text, "no version");
  const version = isRecord(found) ? found.gitVersion : undefined;
  if (typeof version !== "string") throw new AnswerError("no version");
  return version;
}

/** Keeps of a Status what has the right type. Undefined where it is none at all. */
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

/** A list's items of a kind of Kubernetes' own come without their kind. */
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
 * Text that begins as JSON and breaks off was cut on its way; any other is not what was asked for.
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

/** What ends as an object does was not cut. */
function isWhole(text: string): boolean {
  return text.trimEnd().endsWith("}");
}
