/** Tekton's `$(…)` substitution: one textual pass, which leaves unknown references as they are. */
import type { Param, ParamSpec, ParamValue } from "../../tekton/model.ts";

export class Values {
  readonly strings = new Map<string, string>();
  readonly arrays = new Map<string, string[]>();
  readonly objects = new Map<string, Record<string, string>>();

  copy(): Values {
    return new Values().addAll(this);
  }

  addAll(other: Values): this {
    for (const [key, value] of other.strings) this.strings.set(key, value);
    for (const [key, value] of other.arrays) this.arrays.set(key, value);
    for (const [key, value] of other.objects) this.objects.set(key, value);
    return this;
  }

  /**
   * Adds a value under each spelling: `params.x`, `params["x"]`, `params['x']`, `…[0]`, `….key`.
   */
  add(prefix: string, name: string, value: ParamValue): this {
    for (const key of spellings(prefix, name)) {
      if (typeof value === "string") this.strings.set(key, value);
      else if (Array.isArray(value)) {
        this.arrays.set(key, value);
        value.forEach((item, at) => this.strings.set(`${key}[${at}]`, item));
      } else {
        this.objects.set(key, value);
        for (const [field, item] of Object.entries(value)) {
          this.strings.set(`${key}.${field}`, item);
        }
      }
    }
    return this;
  }

  text(text: string): string {
    return text.replace(REFERENCE, (whole, key) => this.strings.get(key) ?? whole);
  }

  /**
   * Replaces in a whole value. An item that is just `$(params.list[*])` becomes many items or a
   * list.
   */
  deep<T>(value: T): T {
    return this.#deep(value) as T;
  }

  #deep(value: unknown): unknown {
    if (typeof value === "string") return this.#whole(value) ?? this.text(value);
    if (Array.isArray(value)) {
      return value.flatMap((item) => {
        const array = typeof item === "string" ? this.#array(item) : undefined;
        return array ?? [this.#deep(item)];
      });
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#deep(item)]));
  }

  #array(text: string): string[] | undefined {
    const key = /^\$\(([^()]+?)(?:\[\*\])?\)$/.exec(text)?.[1];
    return key === undefined ? undefined : this.arrays.get(key);
  }

  #whole(text: string): unknown {
    const key = /^\$\(([^()]+)\[\*\]\)$/.exec(text)?.[1];
    return key === undefined ? undefined : this.arrays.get(key) ?? this.objects.get(key);
  }
}

const REFERENCE = /\$\(([^()]+)\)/g;

export function spellings(prefix: string, name: string): string[] {
  return [`${prefix}.${name}`, `${prefix}["${name}"]`, `${prefix}['${name}']`];
}

/** Returns every `$(…)` in a value, without the dollar sign and parentheses. */
export function referencesIn(value: unknown): string[] {
  return [...JSON.stringify(value ?? "").replaceAll('\\"', '"').matchAll(REFERENCE)].map((
    [, key],
  ) => key);
}

/**
 * Returns the declared params with the run's values, or else their defaults, which may refer to
 * each other.
 */
export function paramValues(declared: readonly ParamSpec[], given: readonly Param[]): Values {
  const values = new Values();
  for (const { name, value } of given) {
    const fallback = declared.find((spec) => spec.name === name)?.default;
    // Keys that an object's value does not have get their defaults.
    if (isFields(value) && isFields(fallback)) {
      values.add("params", name, { ...fallback, ...value });
    } else values.add("params", name, value);
  }
  const missing = declared.filter((spec) =>
    spec.default !== undefined && !given.some(({ name }) => name === spec.name)
  );
  for (let round = 0; round < MAX_DEPTH; round++) {
    for (const { name, default: value } of missing) values.add("params", name, values.deep(value!));
  }
  return values;
}

function isFields(value: ParamValue | undefined): value is Record<string, string> {
  return typeof value === "object" && !Array.isArray(value);
}

/** The number of times that a default may refer to a default. */
const MAX_DEPTH = 10;
