/**
 * Fills in the `$(...)` variables that are known before a run starts. Pure. Source:
 * https://tekton.dev/docs/pipelines/variables/ and Tekton 1.9,
 * pkg/reconciler/pipelinerun/resources/{apply,pipelineref}.go,
 * pkg/reconciler/taskrun/resources/{apply,taskref}.go, pkg/substitution/replacements.go.
 */
import { UsageError } from "../errors.ts";
import type { ReadPipeline } from "./inline/inline_pipeline.ts";
import type { Param, ParamSpec, ParamValue } from "./model.ts";
import { mapStrings, usedParams } from "./references.ts";

/**
 * Values by Tekton's spelling of the variable: `params.x`, `params["x"]`, `params.list[0]`,
 * `params.map.key`, `context.pipeline.name`.
 */
export type Variables = ReadonlyMap<string, ParamValue>;

/** Returns the variables for the params and `others`. The last param of a name counts. */
export function variablesOf(
  params: readonly Param[],
  others: Readonly<Record<string, string>> = {},
): Variables {
  const variables = new Map<string, ParamValue>(Object.entries(others));
  for (const param of params) put(variables, param);
  return variables;
}

/** The known facts of a run before its creation. */
export interface RunFacts {
  /** Undefined if the cluster will generate it. */
  readonly name?: string;
  readonly namespace: string;
  readonly params: readonly Param[];
  /** The names of the workspaces that the run binds. */
  readonly bound: readonly string[];
}

/**
 * Returns the variables that a Pipeline's tasks can refer to. An inline Pipeline, without metadata,
 * has the run's name.
 */
export function pipelineVariables(
  { metadata, spec }: ReadPipeline,
  run: RunFacts,
): Variables {
  const workspaces = [...(spec.workspaces ?? []).map(({ name }) => name), ...run.bound];
  return variablesOf(effectiveParams(spec.params ?? [], run.params), {
    ...named("context.pipeline.name", metadata === undefined ? run.name : metadata.name ?? ""),
    ...named("context.pipelineRun.name", run.name),
    "context.pipelineRun.namespace": run.namespace,
    ...Object.fromEntries(
      workspaces.map((name) => [`workspaces.${name}.bound`, String(run.bound.includes(name))]),
    ),
  });
}

function named(variable: string, name: string | undefined): Record<string, string> {
  return name === undefined ? {} : { [variable]: name };
}

/** Returns the given params, and the defaults of the others with references filled in. */
export function effectiveParams(specs: readonly ParamSpec[], given: readonly Param[]): Param[] {
  const defaults = new Map(
    specs.filter(({ name, default: value }) =>
      value !== undefined && !given.some((param) => param.name === name)
    ).map(({ name, default: value }) => [name, value!]),
  );
  const variables = new Map(variablesOf(given));
  const params = [...given];
  const settle = (name: string) => {
    const value = defaults.get(name);
    if (value === undefined) return;
    defaults.delete(name); // deleted first, to end a cycle: Tekton refuses such a run
    usedParams(value, [...defaults.keys()]).forEach(settle);
    const param = { name, value: mapStrings(value, (text) => fillText(text, variables)) };
    put(variables, param);
    params.push(param);
  };
  [...defaults.keys()].forEach(settle);
  return params;
}

/** Fills in the params; unknown variables stay. */
export function fillParams(params: readonly Param[], variables: Variables): Param[] {
  return params.map(({ name, value }) => ({ name, value: fillValue(asRead(value), variables) }));
}

/**
 * Fills in the params of a reference. `what` starts the message. Throws UsageError for variables
 * that only the run itself will know.
 */
export function fillReference(
  what: string,
  params: readonly Param[],
  variables: Variables,
): Param[] {
  const filled = fillParams(params, variables);
  mapStrings(filled, (text) => {
    const left = LEFT.exec(text);
    if (left === null) return text;
    throw new UsageError(
      `${what}: its reference has ${left[0]}, which is not known before the run`,
      {
        hint: "only params of the run and contexts that do not depend on its name can be filled in",
      },
    );
  });
  return filled;
}

const LEFT = /\$\((?:inputs\.)?(?:params|tasks|finally|context|workspaces|steps)[.[][^)]*\)/;

/**
 * Returns a value as Tekton reads it: what is neither a text, a list of texts nor an object of
 * texts is the text of its JSON. In YAML 1.1, [-r, y] has a boolean. (ParamValue.UnmarshalJSON in
 * pkg/apis/pipeline/v1/param_types.go)
 */
function asRead(value: unknown): ParamValue {
  if (typeof value === "string") return value;
  const isOfTexts = typeof value === "object" && value !== null &&
    Object.values(value).every((one) => typeof one === "string");
  return isOfTexts ? value as ParamValue : JSON.stringify(value);
}

function put(variables: Map<string, ParamValue>, { name, value: given }: Param): void {
  const value = asRead(given);
  const spellings = [`params.${name}`, `params["${name}"]`, `params['${name}']`];
  for (const spelling of [...spellings, `inputs.params.${name}`]) {
    variables.set(spelling, value);
    if (typeof value === "string") continue;
    for (const [key, item] of Object.entries(value)) {
      variables.set(`${spelling}${Array.isArray(value) ? `[${key}]` : `.${key}`}`, item);
    }
  }
}

/** Replaces a text that is only a reference to a whole array or object by that value. */
function fillValue(value: ParamValue, variables: Variables): ParamValue {
  if (typeof value === "string") return whole(value, variables) ?? fillText(value, variables);
  if (!Array.isArray(value)) return mapStrings(value, (text) => fillText(text, variables));
  return value.flatMap((item) => {
    const array = whole(item, variables);
    return Array.isArray(array) ? array : [fillText(item, variables)];
  });
}

function whole(text: string, variables: Variables): Exclude<ParamValue, string> | undefined {
  const name = /^\$\(([^$()]+?)(?:\[\*\])?\)$/.exec(text)?.[1];
  const value = name === undefined ? undefined : variables.get(name);
  return typeof value === "string" ? undefined : value;
}

function fillText(text: string, variables: Variables): string {
  return text.replace(/\$\(([^$()]+)\)/g, (reference, name) => {
    const value = variables.get(name);
    return typeof value === "string" ? value : reference;
  });
}
