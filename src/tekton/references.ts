/**
 * `$(...)` references inside objects: found, renamed, made literal. Pure; objects are never changed
 * in place. Tekton's forms: `$(params.x)`, `$(params["x"])`, `$(params['x'])`, each followed by
 * `[0]`, `[*]` or `.key` as well; `$(inputs.params.x)` is an old spelling of the first.
 */

/** Replaces text in every string of a JSON value, keys excepted. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]),
  ) as T;
}

/** Every `$(context.pipeline.name)`-like variable of that exact name becomes the text. */
export function replaceVariable<T>(value: T, variable: string, text: string): T {
  return mapStrings(value, (string) => string.replaceAll(`$(${variable})`, () => text));
}

/** `$(params.old...)` becomes `$(params.new...)`, in each of its spellings. */
export function renameParam<T>(value: T, from: string, to: string): T {
  const name = escape(from);
  const dotted = new RegExp(`\\$\\(((?:inputs\\.)?params)\\.${name}(?=[).\\[])`, "g");
  const quoted = new RegExp(`\\$\\(((?:inputs\\.)?params)\\[(["'])${name}\\2\\](?=[).\\[])`, "g");
  return mapStrings(
    value,
    (text) => text.replace(dotted, `$($1.${to}`).replace(quoted, `$($1[$2${to}$2]`),
  );
}

/** The names of the params that are referred to anywhere in the value, out of those given. */
export function usedParams(value: unknown, names: readonly string[]): string[] {
  return names.filter((name) => {
    const escaped = escape(name);
    const used = new RegExp(
      `\\$\\((?:inputs\\.)?params(?:\\.${escaped}|\\[["']${escaped}["']\\])[).\\[]`,
    );
    return containsMatch(value, used);
  });
}

/** The Pipeline's tasks whose results are referred to anywhere in the value. */
export function usedTaskResults(value: unknown): string[] {
  const names = new Set<string>();
  mapStrings(value, (text) => {
    for (const found of text.matchAll(/\$\(tasks\.([^.)]+)\./g)) names.add(found[1]);
    return text;
  });
  return [...names];
}

function containsMatch(value: unknown, pattern: RegExp): boolean {
  let found = false;
  mapStrings(value, (text) => {
    found ||= pattern.test(text);
    return text;
  });
  return found;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
