/** Parses flag values that have a syntax, as tkn parses them. Pure. */
import { UsageError } from "../errors.ts";

export { type KeyToPath, parseWorkspace, type WorkspaceFlag } from "./workspace_flag.ts";

/** Splits `name=value` at the first `=`. Errors name the flag, such as "param". */
export function parseKeyValue(text: string, flagName: string): { name: string; value: string } {
  const equals = text.indexOf("=");
  if (equals < 1) {
    throw new UsageError(`Cannot read --${flagName} "${text}": it is not NAME=VALUE`, {
      hint: `--${flagName} ${text.slice(equals + 1) || "name"}=value`,
    });
  }
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

/** Parses a duration of Go ("90s", "1h30m", "1.5m") to whole seconds, at least one. */
export function parseDuration(text: string, flagName: string): number {
  const parts = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ms|s|m|h))+$/.test(text)
    ? [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)]
    : [];
  const sum = parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit], 0);
  const seconds = Math.ceil(sum);
  if (seconds > LONGEST_SECONDS) {
    throw new UsageError(`Cannot read --${flagName} "${text}": it is longer than 292 years`, {
      hint: `--${flagName} 90s, 10m or 1h30m`,
    });
  }
  if (seconds > 0) return seconds;
  throw new UsageError(`Cannot read --${flagName} "${text}": it is not a duration`, {
    hint: `--${flagName} 90s, 10m or 1h30m`,
  });
}

/** Go's longest duration is 2^63 ns. */
const LONGEST_SECONDS = 2 ** 63 / 1e9;
const SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * Parses an array like `a,b` ("" has no element), or an object like `k:v,k2:v2` without the spaces
 * around keys and values. tkn splits at every comma (pkg/params/mergeparams.go); here an element in
 * double quotes keeps its commas, as in CSV: `a,"b,c"` has two elements, and `"say ""hi"""` is
 * say "hi". A JSON array or object is parsed as JSON, with strings as its only values, because the
 * numbers 1.10 and 1.1 are the same.
 */
export function parseParamValue(text: string, type: "string"): string;
export function parseParamValue(text: string, type: "array"): string[];
export function parseParamValue(text: string, type: "object"): Record<string, string>;
export function parseParamValue(
  text: string,
  type: "string" | "array" | "object",
): string | string[] | Record<string, string>;
export function parseParamValue(
  text: string,
  type: "string" | "array" | "object",
): string | string[] | Record<string, string> {
  if (type === "string") return text;
  const json = parseJson(text, type);
  if (json !== undefined) return json;
  const elements = text === "" ? [] : splitAtCommas(text);
  return type === "array" ? elements : Object.fromEntries(elements.map(pair));
}

const JSON_EXAMPLE = { array: '["a","b"]', object: '{"key":"value"}' };

/** Returns undefined for a text that is not JSON of that type. */
function parseJson(
  text: string,
  type: "array" | "object",
): string[] | Record<string, string> | undefined {
  if (!text.trimStart().startsWith(type === "array" ? "[" : "{")) return undefined;
  let found: unknown[] | Record<string, unknown>;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  const other = Object.values(found).find((value) => typeof value !== "string");
  if (other === undefined) return found as string[] | Record<string, string>;
  throw new UsageError(
    `Cannot read --param value ${JSON.stringify(other)}: in JSON each value has to be a string`,
    { hint: `its values have to be strings: --param 'name=${JSON_EXAMPLE[type]}'` },
  );
}

function pair(element: string): [key: string, value: string] {
  const colon = element.indexOf(":");
  if (colon < 0) {
    throw new UsageError(`Cannot read --param value "${element}": an object needs key:value`, {
      hint: "--param name=key:value,key2:value2",
    });
  }
  return [element.slice(0, colon).trim(), element.slice(colon + 1).trim()];
}

/** Quotes count only at the start and end of an element. */
function splitAtCommas(text: string): string[] {
  const element = /(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))(,|$)/gy;
  const found: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(element)) {
    found.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "") break;
  }
  return found;
}
