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
  const seconds = Math.ceil(readDuration(text, flagName) ?? 0);
  if (seconds > 0) return seconds;
  throw noDuration(text, flagName, "it is not a duration");
}

/**
 * Parses a duration of Go as a timeout, where 0 is no limit. Returns it as Go writes it: "1h30m0s".
 */
export function parseTimeout(text: string, flagName: string): string {
  const seconds = readDuration(text, flagName);
  if (seconds === undefined) throw noDuration(text, flagName, "it is not a duration");
  const nanoseconds = Math.round(seconds * 1e9) % 1e9;
  const whole = Math.round(seconds - nanoseconds / 1e9);
  const fraction = nanoseconds === 0 ? "" : `.${nanoseconds}`.replace(/^\.(\d+)$/, (_, digits) => {
    return `.${digits.padStart(9, "0").replace(/0+$/, "")}`;
  });
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const last = `${whole % 60}${fraction}s`;
  if (hours > 0) return `${hours}h${minutes}m${last}`;
  return minutes > 0 ? `${minutes}m${last}` : last;
}

/** Returns the seconds; undefined for a text that is not a duration of Go. */
function readDuration(text: string, flagName: string): number | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  if (!/^\+?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit], 0);
  if (seconds <= LONGEST_SECONDS) return seconds;
  throw noDuration(text, flagName, "it is longer than 292 years");
}

function noDuration(text: string, flagName: string, why: string): UsageError {
  return new UsageError(`Cannot read --${flagName} "${text}": ${why}`, {
    hint: `--${flagName} 90s, 10m or 1h30m`,
  });
}

/** Go's longest duration is 2^63 ns. */
const LONGEST_SECONDS = 2 ** 63 / 1e9;
const SECONDS: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
};

/**
 * Splits a value at its commas, as pflag's StringSlice does: a field in double quotes keeps its
 * commas, and `""` in it is a quote. An empty value has no field.
 */
export function parseList(text: string, flagName: string): string[] {
  if (text === "") return [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|$)/y;
  const fields: string[] = [];
  for (let end = ","; end === ",";) {
    const [, quoted, plain, after] = field.exec(text) ?? [];
    if (after === undefined) {
      throw new UsageError(`Cannot read --${flagName} "${text}": its quotes are not those of CSV`, {
        hint: `--${flagName} '"a=x,y",b=z' has two fields`,
      });
    }
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    end = after;
  }
  return fields;
}

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

/** Returns the value as --param takes it: parseParamValue reads it back. */
export function paramText(value: string | string[] | Record<string, string>): string {
  if (typeof value === "string") return value;
  const isPlain = [...Object.keys(value), ...Object.values(value)].every((one) =>
    /^[^",:\s{[]+$/.test(one)
  );
  if (!isPlain || Object.keys(value).length === 0) return JSON.stringify(value);
  if (Array.isArray(value)) return value.join(",");
  return Object.entries(value).map(([key, one]) => `${key}:${one}`).join(",");
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
