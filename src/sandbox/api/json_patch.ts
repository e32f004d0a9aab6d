/**
 * The operations `test` and `replace` of JSON Patch, RFC 6902, which `debug-run --edit` writes for
 * kubectl. As lenient as the API server's library (evanphx/json-patch v4; each leniency was seen on
 * a real server): `replace` of an absent key adds it, `test` treats an absent value as null, and -1
 * is the last item of a list.
 */
import { isDeepStrictEqual } from "node:util";

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** A patch that cannot be applied: a test failed, or a path does not exist. */
export class PatchError extends Error {}

type Container = unknown[] | Record<string, unknown>;

/** Returns a patched copy. Throws PatchError. */
export function jsonPatch(target: unknown, patch: readonly Operation[]): unknown {
  const root = { "": structuredClone(target) };
  for (const operation of patch) apply(root, operation);
  return root[""];
}

function apply(root: Container, { op, path, value = null }: Operation): void {
  const { within, key } = find(root, path);
  if (op === "replace") write(within, key, structuredClone(value));
  else if (op !== "test") throw new PatchError(`the sandbox has no operation "${op}"`);
  else if (!isDeepStrictEqual(read(within, key) ?? null, value)) {
    throw new PatchError(`${path} has another value`);
  }
}

/** Resolves a JSON pointer to its last key and the value that contains that key. */
function find(root: Container, path: string): { within: Container; key: string } {
  if (path !== "" && !path?.startsWith("/")) throw new PatchError(`not a JSON pointer: ${path}`);
  const keys = path.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key = keys.pop()!;
  const within = keys.reduce<unknown>((at, each) => read(asContainer(at, path), each), root);
  return { within: asContainer(within, path), key };
}

function asContainer(value: unknown, path: string): Container {
  if (typeof value === "object" && value !== null) return value as Container;
  throw new PatchError(`no such path: ${path}`);
}

function read(within: Container, key: string): unknown {
  if (Array.isArray(within)) return within[indexIn(within, key)];
  return Object.hasOwn(within, key) ? within[key] : undefined;
}

function write(within: Container, key: string, value: unknown): void {
  if (Array.isArray(within)) within[indexIn(within, key)] = value;
  else within[key] = value;
}

function indexIn(list: unknown[], key: string): number {
  const given = /^-?\d+$/.test(key) ? Number(key) : NaN;
  const index = given < 0 ? list.length + given : given;
  if (index >= 0 && index < list.length) return index;
  throw new PatchError(`no item "${key}"`);
}
