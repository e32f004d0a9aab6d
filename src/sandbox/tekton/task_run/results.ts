/** What steps leave as results in files, as Tekton reads it. */
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

/** The declared ones that are there, their text as it is: an empty file is an empty string. */
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

/** Throws RunFailure for a list or an object that is none. */
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
