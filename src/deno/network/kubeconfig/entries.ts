/**
 * The entries of a kubeconfig, merged from its files. An entry is checked when it is used, so that
 * an invalid one spoils only itself. Pure.
 */
import { isAbsolute, join } from "node:path";
import { UsageError } from "../../../errors.ts";

export interface Kubeconfig {
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
  readonly contexts: readonly Entry[];
  readonly currentContext?: string;
}

export interface Entry {
  readonly name: string;
  readonly content: unknown;
  /** The file that the entry is from: paths in it are relative to its directory. */
  readonly file?: { readonly path: string; readonly directory: string };
}

/** The fields of one entry. Each method throws UsageError if the field has another type. */
export class Fields {
  readonly name: string;
  readonly #content: Record<string, unknown>;

  constructor(readonly kind: "cluster" | "user" | "context", readonly entry: Entry) {
    this.name = entry.name;
    this.#content = this.#object(entry.content, "it is not an object");
  }

  /** Returns undefined for an empty text. */
  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined || value === "") return undefined;
    if (typeof value === "string") return value;
    throw this.refusal(`its ${key} is not a string`);
  }

  flag(key: string): boolean {
    const value = this.value(key) ?? false;
    if (typeof value === "boolean") return value;
    throw this.refusal(`its ${key} is not true or false`);
  }

  texts(key: string): readonly string[] {
    return this.#texts(this.value(key) ?? [], key);
  }

  /** A map from texts to lists of texts. */
  textLists(key: string): Readonly<Record<string, readonly string[]>> {
    const map = this.#object(this.value(key), `its ${key} is not an object`);
    return Object.fromEntries(
      Object.entries(map).map(([name, list]) => [name, this.#texts(list, `${key}.${name}`)]),
    );
  }

  /** Returns the path of a file, absolute. */
  path(key: string): string | undefined {
    const path = this.text(key);
    return path === undefined ? undefined : this.absolute(path);
  }

  absolute(path: string): string {
    const { file } = this.entry;
    return file === undefined || isAbsolute(path) ? path : join(file.directory, path);
  }

  value(key: string): unknown {
    return this.#content[key] ?? undefined;
  }

  /** The error that the entry cannot be used. */
  refusal(state: string, hint?: string): UsageError {
    const { file } = this.entry;
    return new UsageError(`Cannot use ${this.kind} "${this.name}": ${state}`, {
      hint: hint ?? (file === undefined ? undefined : `correct it in ${file.path}`),
    });
  }

  #texts(value: unknown, key: string): readonly string[] {
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    throw this.refusal(`its ${key} is not a list of strings`);
  }

  #object(value: unknown, state: string): Record<string, unknown> {
    if (value === undefined || value === null) return {};
    if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.refusal(state);
  }
}
