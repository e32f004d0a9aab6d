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

/** `$(params.old...)` becomes `$(params.new...)`, in each of its spellings; with an object's keys, or any. */
export function renameParam<T>(value: T, from: string, to: string, keys?: readonly string[]): T {
  const name = nameInReferences(from, keys);
  return mapStrings(value, (text) => text.replace(name, () => to));
}

/** Whether a param of that name, or one of an object's keys, is referred to anywhere in the value. */
export function refersTo(value: unknown, name: string, keys?: readonly string[]): boolean {
  return containsMatch(value, nameInReferences(name, keys));
}

/**
 * The name alone, where what stands around it makes a reference. `$(inputs.params.x.key)` and
 * `$(inputs.params["x"])` are none.
 */
function nameInReferences(param: string, keys?: readonly string[]): RegExp {
  const name = escape(param);
  const index = "\\[(?:\\*|\\d+)\\]";
  const key = keys === undefined ? "[^)]*" : keys.map(escape).join("|");
  const rest = keys?.length === 0 ? `(?:${index})?` : `(?:${index}|\\.(?:${key}))?`;
  const spellings = [
    ["params\\.", `${rest}\\)`],
    ["inputs\\.params\\.", `(?:${index})?\\)`],
    ['params\\["', `"\\]${rest}\\)`],
    ["params\\['", `'\\]${rest}\\)`],
  ].map(([before, after]) => `(?<=\\$\\(${before})${name}(?=${after})`);
  return new RegExp(spellings.join("|"), "g");
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

/** The workspaces that a text names, each with the variable that does. */
export function usedWorkspaces(text: string): { name: string; variable: string }[] {
  return [...text.matchAll(/\$\(workspaces(?:\.([^.)]+)|\[(["'])(.*?)\2\])[^)]*\)/g)]
    .map((found) => ({ name: found[1] ?? found[3], variable: found[0] }));
}

function containsMatch(value: unknown, pattern: RegExp): boolean {
  let found = false;
  mapStrings(value, (text) => {
    found ||= text.search(pattern) >= 0;
    return text;
  });
  return found;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
