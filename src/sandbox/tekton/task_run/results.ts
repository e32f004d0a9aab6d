/** Reads the results that steps write to files, as Tekton does. */
import type { ParamType, ParamValue, ResultSpec } from "../../../tekton/model.ts";
import type { PathMap } from "../../node/paths.ts";
import { RunFailure } from "../conditions.ts";

export interface RawResult {
  readonly name: string;
  readonly text: string;
}

export interface Result {
  name: string;
  type: ParamType;
  value: ParamValue;
}

/**
 * Returns the declared results that exist, with unchanged text: an empty file is an empty string.
 */
export async function readResults(
  directory: string,
  declared: readonly ResultSpec[],
  paths: PathMap,
): Promise<RawResult[]> {
  const results: RawResult[] = [];
  for (const { name } of declared) {
    const text = await Deno.readTextFile(paths.toHost(`${directory}/${name}`)).catch(() =>
      undefined
    );
    if (text !== undefined) results.push({ name, text: paths.toContainer(text) });
  }
  return results;
}

/** Throws RunFailure if an array or object result has another type. */
export function typedResults(raw: readonly RawResult[], declared: readonly ResultSpec[]): Result[] {
  return raw.map(({ name, text }) => {
    const type = typeOf(declared.find((spec) => spec.name === name));
    const value = type === "string" ? text : parse(text);
    const found = Array.isArray(value) ? "array" : typeof value;
    if (found !== type) {
      throw new RunFailure(
        "TaskRunValidationFailed",
        "Provided results don't match declared results; may be invalid JSON or missing result " +
          `declaration:  "${name}": task result is expected to be "${type}" type but was ` +
          `initialized to a different type "${found}"`,
      );
    }
    return { name, type, value: value as ParamValue };
  });
}

function typeOf(spec: ResultSpec | undefined): ParamType {
  return spec?.type ?? (spec?.properties === undefined ? "string" : "object");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
