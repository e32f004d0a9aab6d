/**
 * Flags as cobra (pflag) reads them: --f=v, --f v, -pv, -p v, -p=v, letters of booleans bundled
 * (-Cn ns), --bool=false, --f or --f=v if a value is optional (its NoOptDefVal), flags and
 * arguments in any order, -- ends the flags, - is an argument.
 * https://pkg.go.dev/github.com/spf13/pflag#section-readme
 */
import { UsageError } from "../errors.ts";
import { type FlagSpec, isNamed, shownFlags } from "./spec.ts";
import { suggest } from "./suggest.ts";

/** The flags of a call by their long names. Throws Error, a bug, for a flag not in the spec. */
export class Flags {
  readonly #specs: readonly FlagSpec[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(specs: readonly FlagSpec[], values: ReadonlyMap<string, readonly string[]>) {
    this.#specs = specs;
    this.#values = values;
  }

  /** Returns whether the command has the flag. */
  has(name: string): boolean {
    return this.#specs.some((spec) => spec.name === name);
  }

  /** Returns the flags of the command line, in order. A boolean has the value "true" or "false". */
  all(): { spec: FlagSpec; values: readonly string[] }[] {
    return [...this.#values].map(([name, values]) => ({ spec: this.#spec(name), values }));
  }

  /** Returns the flag's last value, or else its default. */
  text(name: string): string | undefined {
    const { default: otherwise } = this.#spec(name);
    return this.#values.get(name)?.at(-1) ??
      (typeof otherwise === "string" ? otherwise : undefined);
  }

  /** Returns the flag's values in order. */
  texts(name: string): string[] {
    this.#spec(name);
    return [...this.#values.get(name) ?? []];
  }

  /** Returns whether a boolean flag is true. */
  on(name: string): boolean {
    const { default: otherwise } = this.#spec(name);
    const value = this.#values.get(name)?.at(-1);
    return value === undefined ? otherwise === true : value === "true";
  }

  /** Returns whether the command line has the flag, even with its default value. */
  given(name: string): boolean {
    this.#spec(name);
    return this.#values.has(name);
  }

  #spec(name: string): FlagSpec {
    const spec = this.#specs.find((spec) => spec.name === name);
    if (spec === undefined) throw new Error(`no flag --${name} in the command's spec`);
    return spec;
  }
}

export interface ReadFlags {
  readonly flags: Flags;
  /** The arguments, in order. */
  readonly words: readonly string[];
  /** The number of arguments before `--`, or of all arguments without `--`. */
  readonly before: number;
}

/** Throws UsageError, with `hint` unless a better hint is known. */
export function readFlags(
  argv: readonly string[],
  specs: readonly FlagSpec[],
  hint: string,
): ReadFlags {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const left = [...argv];
  let before: number | undefined;
  for (let token = left.shift(); token !== undefined; token = left.shift()) {
    if (token === "--") {
      before = words.length;
      words.push(...left);
      break;
    }
    if (!isFlag(token)) {
      words.push(token);
      continue;
    }
    for (const { shown, spec, value } of occurrences(token, specs, hint)) {
      const found = value ?? (takesWord(spec) ? left.shift() : spec.alone ?? "true");
      if (found === undefined) {
        throw new UsageError(`Cannot read "${shown}": its value (${spec.value}) is missing`, {
          hint,
        });
      }
      const read = spec.value === undefined ? boolean(shown, found, hint) : found;
      values.set(spec.name, [...values.get(spec.name) ?? [], read]);
    }
  }
  return { flags: new Flags(specs, values), words, before: before ?? words.length };
}

/** Returns whether the token takes the next one as its value. */
export function takesNext(token: string, specs: readonly FlagSpec[]): boolean {
  if (token.startsWith("--")) {
    return specs.some((spec) => isNamed(spec, token.slice(2)) && takesWord(spec));
  }
  const letters = [...token.slice(1)];
  const valued = letters.findIndex((letter) =>
    specs.some((spec) => spec.short === letter && takesWord(spec))
  );
  return valued >= 0 && valued === letters.length - 1;
}

/** Returns whether the flag's value may be the next word. */
export function takesWord({ value, alone }: FlagSpec): boolean {
  return value !== undefined && alone === undefined;
}

export function isFlag(token: string): boolean {
  return token.startsWith("-") && token !== "-";
}

export interface Occurrence {
  readonly shown: string;
  readonly spec: FlagSpec;
  /** The value in the same token. */
  readonly value?: string;
}

export function occurrences(token: string, specs: readonly FlagSpec[], hint: string): Occurrence[] {
  return token.startsWith("--") ? [long(token, specs, hint)] : letters(token, specs, hint);
}

function long(token: string, specs: readonly FlagSpec[], hint: string): Occurrence {
  const equals = token.indexOf("=");
  const shown = equals < 0 ? token : token.slice(0, equals);
  const spec = specs.find((spec) => isNamed(spec, shown.slice(2)));
  if (spec === undefined) {
    const meant = suggest(shown.slice(2), shownFlags(specs).map((spec) => spec.name));
    throw unknown(shown, meant === undefined ? hint : `did you mean --${meant}? See ${hint}`);
  }
  return { shown, spec, value: equals < 0 ? undefined : token.slice(equals + 1) };
}

function letters(token: string, specs: readonly FlagSpec[], hint: string): Occurrence[] {
  const found: Occurrence[] = [];
  for (let at = 1; at < token.length; at++) {
    const shown = `-${token[at]}`;
    const spec = specs.find((spec) => spec.short === token[at]);
    if (spec === undefined) {
      // A long flag with one dash, -param, reads as letters: -p aram. If a letter is unknown, the
      // user may have meant the whole word.
      const meant = specs.find((spec) => spec.name === token.slice(1).split("=")[0]);
      const help = meant === undefined ? hint : `did you mean --${meant.name}? See ${hint}`;
      throw unknown(at === 1 ? shown : `${shown}" in "${token}`, help);
    }
    const rest = token.slice(at + 1);
    if (rest.startsWith("=")) return [...found, { shown, spec, value: rest.slice(1) }];
    if (takesWord(spec)) return [...found, { shown, spec, value: rest || undefined }];
    found.push({ shown, spec });
  }
  return found;
}

function unknown(shown: string, hint: string): UsageError {
  return new UsageError(`Cannot read "${shown}": no such flag`, { hint });
}

/** Go's strconv.ParseBool. */
function boolean(shown: string, value: string, hint: string): "true" | "false" {
  if (/^(1|t|T|true|True|TRUE)$/.test(value)) return "true";
  if (/^(0|f|F|false|False|FALSE)$/.test(value)) return "false";
  throw new UsageError(`Cannot read "${shown}=${value}": neither true nor false`, { hint });
}
