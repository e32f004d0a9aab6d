/** Finds the object on the cluster that has a step's script, so that it can be patched. Pure. */
import type { Pipeline, PipelineTask, Step, Task, TaskRef } from "../model.ts";
import { stepName, type StepPlace } from "../target.ts";

/** The place of a script in an object on the cluster. */
export interface ScriptSource {
  readonly kind: "Task" | "Pipeline" | "StepAction";
  readonly name: string;
  /** Undefined for the run's namespace. */
  readonly namespace?: string;
  /** A JSON pointer: `/spec/tasks/0/taskSpec/steps/1/script`. */
  readonly path: string;
}

/** The objects that a run was built from, before any change for the run. */
export interface Originals {
  /** The run's pipelineRef or taskRef; undefined if its spec is inline. */
  readonly ref?: TaskRef;
  /** A PipelineRun's Pipeline. */
  readonly pipeline?: Pick<Pipeline, "spec">;
  /** The step's Task; not needed if it is inline in the Pipeline. */
  readonly task?: Pick<Task, "spec">;
}

/**
 * Returns the place of the step's script. Undefined if no known object on the cluster has it: the
 * run is inline, a resolver read the object from elsewhere, or the step has no script or no longer
 * exists.
 */
export function scriptPlace(
  { task: taskName, step }: StepPlace,
  { ref, pipeline, task }: Originals,
): ScriptSource | undefined {
  if (pipeline === undefined) return stepPlace(step, task?.spec.steps, named("Task", ref));
  const owner = named("Pipeline", ref);
  for (const list of ["tasks", "finally"] as const) {
    const tasks: PipelineTask[] = pipeline.spec[list] ?? [];
    const at = tasks.findIndex((one) => one.name === taskName);
    if (at < 0) continue;
    const { taskRef, taskSpec } = tasks[at];
    if (taskSpec === undefined) return stepPlace(step, task?.spec.steps, named("Task", taskRef));
    const path = ["spec", list, at, "taskSpec"];
    return stepPlace(step, taskSpec.steps, owner && { ...owner, path });
  }
  return undefined;
}

/** An object with the path of the steps in it. */
type Owner = Omit<ScriptSource, "path"> & { readonly path: readonly (string | number)[] };

function stepPlace(
  name: string,
  steps: readonly Step[] = [],
  owner: Owner | undefined,
): ScriptSource | undefined {
  const at = steps.findIndex((step, at) => stepName(step, at) === name);
  if (at < 0) return undefined;
  const { ref, script = "" } = steps[at];
  if (ref !== undefined) return withPath(named("StepAction", ref), "script");
  return script === "" ? undefined : withPath(owner, "steps", at, "script");
}

function withPath(
  owner: Owner | undefined,
  ...path: (string | number)[]
): ScriptSource | undefined {
  return owner && { ...owner, path: pointer([...owner.path, ...path]) };
}

/** Returns a JSON Pointer: https://www.rfc-editor.org/rfc/rfc6901 */
function pointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Returns the object that the reference names, if it is on the cluster. */
function named(kind: ScriptSource["kind"], ref: TaskRef | undefined): Owner | undefined {
  if (ref === undefined) return undefined;
  if (ref.resolver) return ref.resolver === "cluster" ? inCluster(kind, ref) : undefined;
  return ref.name ? { kind, name: ref.name, path: ["spec"] } : undefined;
}

/** Returns the cluster resolver's object, if its params name it without variables. */
function inCluster(kind: ScriptSource["kind"], { params = [] }: TaskRef): Owner | undefined {
  const [what, namespace, name] = ["kind", "namespace", "name"].map((key) => {
    const value = params.findLast((param) => param.name === key)?.value;
    return typeof value === "string" && !value.includes("$(") ? value : "";
  });
  if (what !== kind.toLowerCase() || namespace === "" || name === "") return undefined;
  return { kind, name, namespace, path: ["spec"] };
}

/** Returns the place as text: `Task/build spec.steps[1].script` */
export function sourceName({ kind, name, path }: ScriptSource): string {
  return `${kind}/${name} ${path.slice(1).replaceAll(/\/(\d+)/g, "[$1]").replaceAll("/", ".")}`;
}

/**
 * Returns a JSON Patch (RFC 6902) as text that ends with a newline. Applying it fails if the script
 * is no longer `from`.
 */
export function scriptPatch({ path }: ScriptSource, from: string, to: string): string {
  const patch = [{ op: "test", path, value: from }, { op: "replace", path, value: to }];
  return `${JSON.stringify(patch, null, 2)}\n`;
}

/** Returns the command line that applies a scriptPatch; `namespace` is the run's. */
export function patchCommand(
  source: ScriptSource,
  patch: { file: string } | { text: string },
  namespace: string,
): string[] {
  // Other API groups have a kind "pipeline" too.
  const kind = `${source.kind.toLowerCase()}.tekton.dev`;
  const where = ["-n", source.namespace ?? namespace];
  const given = "file" in patch ? ["--patch-file", patch.file] : ["-p", patch.text];
  return ["kubectl", "patch", kind, source.name, ...where, "--type", "json", ...given];
}
