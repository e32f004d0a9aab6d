/**
 * JSON Patch, RFC 6902, as lenient as the API server's library (evanphx/json-patch v4; each
 * leniency was seen on a real server): `replace` of an absent key adds it, `test` treats an absent
 * value as null, and -1 is the last item of a list.
 */
import { isDeepStrictEqual } from "node:util";

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
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

function apply(root: Container, { op, path, from = "", value = null }: Operation): void {
  const place = find(root, path);
  switch (op) {
    case "test":
      if (isDeepStrictEqual(place.get() ?? null, value)) return;
      throw new PatchError(`${path} is not as the patch says`);
    case "add":
      return place.add(structuredClone(value));
    case "replace":
      return place.replace(structuredClone(value));
    case "remove":
      return place.remove();
    case "copy":
      return place.add(structuredClone(find(root, from).existing()));
    case "move": {
      const moved = find(root, from);
      const what = moved.existing();
      moved.remove();
      return find(root, path).add(what);
    }
    default:
      throw new PatchError(`unknown operation "${op}"`);
  }
}

/** Resolves a JSON pointer to its last key and the value that contains that key. */
function find(root: Container, path: string): Place {
  if (path !== "" && !path?.startsWith("/")) throw new PatchError(`no JSON pointer: ${path}`);
  const keys = path.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop()!;
  const within = keys.reduce<unknown>(
    (at, key) => new Place(asContainer(at, path), key).get(),
    root,
  );
  return new Place(asContainer(within, path), last);
}

function asContainer(value: unknown, path: string): Container {
  if (typeof value === "object" && value !== null) return value as Container;
  throw new PatchError(`no such place: ${path}`);
}

class Place {
  constructor(private readonly within: Container, private readonly key: string) {}

  get(): unknown {
    const { within, key } = this;
    if (Array.isArray(within)) return within[this.#index(within.length - 1)];
    return Object.hasOwn(within, key) ? within[key] : undefined;
  }

  existing(): unknown {
    const value = this.get();
    if (value === undefined) throw this.#missing();
    return value;
  }

  add(value: unknown): void {
    const { within, key } = this;
    if (!Array.isArray(within)) within[key] = value;
    else within.splice(key === "-" ? within.length : this.#index(within.length), 0, value);
  }

  replace(value: unknown): void {
    const { within, key } = this;
    if (!Array.isArray(within)) within[key] = value;
    else within[this.#index(within.length - 1)] = value;
  }

  remove(): void {
    this.existing();
    const { within, key } = this;
    if (Array.isArray(within)) within.splice(this.#index(within.length - 1), 1);
    else delete within[key];
  }

  #index(most: number): number {
    if (!/^-?\d+$/.test(this.key)) throw this.#missing();
    const given = Number(this.key);
    const index = given < 0 ? most + 1 + given : given;
    if (index < 0 || index > most) throw this.#missing();
    return index;
  }

  #missing(): PatchError {
    return new PatchError(`nothing at "${this.key}"`);
  }
}
