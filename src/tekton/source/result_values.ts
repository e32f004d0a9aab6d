/** The values of the results that the replaced steps would have written. Pure. */
import { UsageError } from "../../errors.ts";
import { type CheckoutFact, checkoutFact } from "./clone_results.ts";
import type { ParamValue, ResultSpec } from "../model.ts";

/** The known facts about the local checkout. */
export type CheckoutFacts = Readonly<Partial<Record<CheckoutFact, string>>>;

export interface StandInResults {
  /** The text of each result's file, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Declared results of unknown value, which are written empty. */
  readonly empty: string[];
}

/**
 * Returns a value for every declared result: the one `given` by the user, else the `known` one,
 * else an empty value of its type. A missing result would fail the tasks that refer to it.
 */
export function standInResults(
  owner: string,
  declared: readonly ResultSpec[],
  given: readonly { name: string; value: string }[],
  known: CheckoutFacts,
): StandInResults {
  for (const { name } of given) {
    if (declared.some((result) => result.name === name)) continue;
    throw new UsageError(`Cannot set result "${name}": ${owner} has no such result`, {
      hint: declared.length === 0
        ? "it has no results"
        : `its results: ${declared.map((result) => result.name).join(", ")}`,
    });
  }
  const values: Record<string, string> = {};
  const empty: string[] = [];
  for (const result of declared) {
    const asked = given.findLast((one) => one.name === result.name)?.value;
    const type = result.type ?? "string";
    const what = type === "string" ? checkoutFact(result.name) : undefined;
    const value = asked ?? (what === undefined ? undefined : known[what]);
    if (value === undefined) empty.push(result.name);
    if (asked !== undefined) checkType(owner, result, asked);
    values[result.name] = value ?? emptyOf(result);
  }
  return { values, empty };
}

/**
 * Explains why the results may be too large for one step; undefined if they are not. A step passes
 * them on in its container's termination message, as JSON beside its start time, unless the cluster
 * reads them from a sidecar.
 * Source: Tekton 1.9, pkg/termination/write.go;
 * https://tekton.dev/docs/pipelines/tasks/#larger-results-using-sidecar-logs
 */
export function whyTooLarge(
  owner: string,
  values: Readonly<Record<string, string>>,
): string | undefined {
  const message = Object.entries(values).map(([key, value]) => ({ key, value, type: 1 }));
  message.push({ key: "StartedAt", value: "2006-01-02T15:04:05.000Z", type: 3 });
  const bytes = new TextEncoder().encode(JSON.stringify(message)).length;
  if (bytes <= MOST_BYTES) return undefined;
  return `Results of ${owner} take ${bytes} bytes: more than ${MOST_BYTES} fail its step, ` +
    "unless the cluster has results-from: sidecar-logs";
}

const MOST_BYTES = 4096;

/** Returns an empty value as Tekton reads it from a result's file: arrays and objects are JSON. */
function emptyOf(result: ResultSpec): string {
  if (result.type === "array") return "[]";
  if (result.type !== "object") return "";
  const keys = Object.keys(result.properties ?? {});
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, ""])));
}

function checkType(owner: string, result: ResultSpec, text: string): void {
  if (result.type !== "array" && result.type !== "object") return;
  let value: ParamValue | undefined;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: `value` stays undefined, which does not fit below.
  }
  const fits = result.type === "array"
    ? Array.isArray(value)
    : typeof value === "object" && value !== null && !Array.isArray(value);
  if (fits) return;
  const example = result.type === "array" ? `'["a","b"]'` : `'{"key":"value"}'`;
  throw new UsageError(
    `Cannot set result "${result.name}" of ${owner}: it is an ${result.type}, to be given as JSON`,
    { hint: `--result ${result.name}=${example}` },
  );
}
