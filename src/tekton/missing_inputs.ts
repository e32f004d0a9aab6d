/** The params and workspaces that a run needs and does not have. Pure. */
import { UsageError } from "../errors.ts";
import type { ParamSpec, PipelineWorkspace } from "./model.ts";
import { exampleOf } from "./params.ts";
import { isForCredentials } from "./source/names.ts";

/** In the order of the definition. */
export interface MissingInputs {
  /** Params without a default. */
  readonly params: readonly ParamSpec[];
  /** Workspaces that are not optional. */
  readonly workspaces: readonly PipelineWorkspace[];
}

interface Declared {
  readonly params: readonly ParamSpec[];
  readonly workspaces: readonly PipelineWorkspace[];
}

interface Named {
  readonly name: string;
}

/** `given` are the values of the run, of the command line and of an earlier run. */
export function missingInputs(
  declared: Declared,
  given: { readonly params: readonly Named[]; readonly workspaces: readonly Named[] },
): MissingInputs {
  return {
    params: declared.params.filter((spec) =>
      spec.default === undefined && !has(given.params, spec.name)
    ),
    workspaces: declared.workspaces.filter(({ name, optional }) =>
      !optional && !has(given.workspaces, name)
    ),
  };
}

export function isNothing({ params, workspaces }: MissingInputs): boolean {
  return params.length + workspaces.length === 0;
}

/** Returns the error that names all of them, each with the flag that gives it. */
export function missingError(owner: string, { params, workspaces }: MissingInputs): UsageError {
  const groups = [listed("param", params), listed("workspace", workspaces)].filter(Boolean);
  return new UsageError(`Cannot start ${owner}: ${groups.join(" and ")} not given`, {
    hint: [
      ...params.map((spec) => `--param ${paramExample(spec)}`),
      ...workspaces.map((spec) => `--workspace ${workspaceExample(spec)}`),
    ].join(" "),
  });
}

/** Returns an example of what --param takes for it. */
export function paramExample(spec: ParamSpec): string {
  return `${spec.name}=${exampleOf(spec)}`;
}

/** Returns an example of what --workspace takes for it. */
export function workspaceExample({ name }: PipelineWorkspace): string {
  return `name=${name},${isForCredentials(name) ? "secret=SECRET" : "volume=1Gi"}`;
}

function has(all: readonly Named[], name: string): boolean {
  return all.some((one) => one.name === name);
}

function listed(noun: string, missing: readonly Named[]): string {
  const names = missing.map(({ name }) => `"${name}"`).join(", ");
  return missing.length === 0 ? "" : `${noun}${missing.length === 1 ? "" : "s"} ${names}`;
}
