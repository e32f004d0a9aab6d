/**
 * A model of the values that Tekton 1.9 gives a task's pod, with the Task by reference (taskRef)
 * and inline (taskSpec). It is independent of `src/tekton`, which it judges. It covers only what
 * the tests
 * generate: no matrix, no results of other tasks, mount paths as declared.
 *
 * Source: pkg/substitution/replacements.go, pkg/reconciler/pipelinerun/resources/apply.go and
 * pipelinerun.go (propagateWorkspaces), pkg/reconciler/taskrun/resources/apply.go.
 */
import type {
  Param,
  ParamSpec,
  ParamValue,
  PipelineSpec,
  PipelineTask,
  TaskSpec,
} from "../../src/tekton/model.ts";

export interface ModelRun {
  readonly pipeline: PipelineSpec;
  readonly params: readonly Param[];
  /** The names of the workspaces that the run binds, each to an emptyDir. */
  readonly bound: readonly string[];
}

/** The parts of a Task that reach its pod, with variables filled in. */
export type View = Pick<TaskSpec, "steps" | "sidecars" | "stepTemplate" | "volumes">;

/** Values by name: the value of `$(x)` by `x`. */
interface Values {
  strings: Map<string, string>;
  arrays: Map<string, string[]>;
  objects: Map<string, Record<string, string>>;
}

const NAMES = { run: "run", pipeline: "p", namespace: "ns", uid: "uid" };

/** Throws where Tekton fails the run. */
export function viewByReference(
  run: ModelRun,
  target: PipelineTask,
  task: { name: string; spec: TaskSpec },
): View {
  const { params = [], workspaces = [] } = atPipeline(run, target);
  return atTask(run, { params, workspaces, spec: task.spec, taskName: task.name, target });
}

/** Throws where Tekton fails the run. */
export function viewInline(run: ModelRun, target: PipelineTask): View {
  const { params = [], workspaces = [], taskSpec } = atPipeline(run, target);
  const spec = taskSpec!;
  const added = usedWorkspaces(spec)
    .filter((name) => !workspaces.some((one) => one.name === name))
    .map((name) => ({ name }));
  const declared = spec.workspaces ?? [];
  return atTask(run, {
    params,
    workspaces: [...workspaces, ...added],
    spec: {
      ...spec,
      workspaces: [
        ...declared,
        ...added.filter(({ name }) => !declared.some((one) => one.name === name)),
      ],
    },
    taskName: `${NAMES.run}-${target.name}`,
    target,
  });
}

/** Returns the Pipeline's task as the controller has it before it creates the TaskRun. */
function atPipeline(run: ModelRun, target: PipelineTask): PipelineTask {
  const own = strings([["context.pipelineTask.retries", String(target.retries ?? 0)]]);
  const passes = [pipelineParams(run), pipelineContext(), own, pipelineWorkspaces(run)];
  return passes.reduce((task, values) => {
    const params = task.params?.map((param) => ({ ...param, value: inValue(param.value, values) }));
    if (task.taskSpec === undefined) return { ...task, params };
    return { ...task, params, taskSpec: inSpec(task.taskSpec, shielded(values, params ?? [])) };
  }, target);
}

/**
 * Overrides the Pipeline's params by the task's own of the same name, as incompletely as Tekton.
 */
function shielded(values: Values, params: readonly Param[]): Values {
  const strings = new Map(values.strings);
  const arrays = new Map(values.arrays);
  const objects = new Map(values.objects);
  for (const { name, value } of params) {
    for (const key of [`params.${name}`, `params["${name}"]`, `params['${name}']`]) {
      // A value of another type becomes the zero value of the expected type.
      if (strings.has(key)) strings.set(key, typeof value === "string" ? value : "");
      if (arrays.has(key)) arrays.set(key, Array.isArray(value) ? value : []);
      if (!objects.has(key)) continue;
      const own = isObject(value) ? value : {};
      objects.set(key, own);
      for (const [part, text] of Object.entries(own)) strings.set(`params.${name}.${part}`, text);
    }
  }
  return { strings, arrays, objects };
}

interface TaskRunModel {
  params: readonly Param[];
  workspaces: readonly { name: string; workspace?: string }[];
  spec: TaskSpec;
  taskName: string;
  target: PipelineTask;
}

function atTask(run: ModelRun, { params, workspaces, spec, taskName, target }: TaskRunModel): View {
  const declared = spec.workspaces ?? [];
  const isBound = (one: { name: string; workspace?: string }) =>
    run.bound.includes(one.workspace ?? one.name);
  for (const one of workspaces) {
    const isOptional = declared.some(({ name, optional }) => name === one.name && optional);
    if (!isBound(one) && !isOptional) throw new Error(`workspace ${one.name} is not provided`);
  }
  const names = workspaces.filter(isBound).map((one) => one.name);
  const passes = [
    taskParams(spec.params ?? [], params),
    taskContext(taskName, target),
    strings(
      (spec.results ?? []).flatMap(({ name }) =>
        keysOf("results", name).map((key) => [`${key}.path`, `/tekton/results/${name}`])
      ),
    ),
  ];
  // Each pass also fills in the variables that earlier passes put in.
  let result = passes.reduce(inSpec, spec);
  for (const { name, optional, mountPath = `/workspace/${name}` } of result.workspaces ?? []) {
    if (optional && !names.includes(name)) continue;
    result = inSpec(result, strings([[`workspaces.${name}.path`, mountPath]]));
  }
  result = inSpec(
    result,
    strings([
      ...declared.flatMap(({ name, optional }) =>
        optional && !names.includes(name)
          ? [[`workspaces.${name}.bound`, "false"], [`workspaces.${name}.path`, ""]]
          : [[`workspaces.${name}.bound`, "true"]]
      ),
      ...names.map((name) => [`workspaces.${name}.claim`, ""]),
    ]),
  );
  const { steps, sidecars, stepTemplate, volumes } = result;
  return { steps, sidecars, stepTemplate, volumes };
}

function pipelineContext(): Values {
  return strings([
    ["context.pipelineRun.name", NAMES.run],
    ["context.pipeline.name", NAMES.pipeline],
    ["context.pipelineRun.namespace", NAMES.namespace],
    ["context.pipelineRun.uid", NAMES.uid],
  ]);
}

function pipelineWorkspaces({ pipeline, bound }: ModelRun): Values {
  return strings([
    ...(pipeline.workspaces ?? []).map(({ name }) => [`workspaces.${name}.bound`, "false"]),
    ...bound.map((name) => [`workspaces.${name}.bound`, "true"]),
  ]);
}

function taskContext(taskName: string, target: PipelineTask): Values {
  return strings([
    ["context.taskRun.name", `${NAMES.run}-${target.name}`],
    ["context.taskRun.namespace", NAMES.namespace],
    ["context.taskRun.uid", NAMES.uid],
    ["context.task.name", taskName],
    ["context.task.retry-count", "0"],
  ]);
}

/** Returns the run's params, and the Pipeline's defaults for the others. */
function pipelineParams({ pipeline, params }: ModelRun): Values {
  const keys = (name: string) => keysOf("params", name);
  const values = strings([]);
  for (const param of params) put(values, keys, param);
  const rest = (pipeline.params ?? []).filter((spec) =>
    spec.default !== undefined && !params.some((param) => param.name === spec.name)
  );
  const texts = new Map(
    rest.filter((spec) => typeof spec.default === "string")
      .flatMap((spec) => keys(spec.name).map((key) => [key, spec.default as string])),
  );
  for (const key of texts.keys()) resolve(key, texts, values.strings, []);
  for (const { name, default: value } of rest) {
    if (typeof value === "string") continue;
    put(values, keys, { name, value: inTexts(value!, values) });
    if (!isObject(value)) continue;
    // The keys of a default, unlike those of a given value, are known in all spellings.
    for (const [part, text] of Object.entries(inTexts(value, values) as Record<string, string>)) {
      for (const key of keys(name)) values.strings.set(`${key}.${part}`, text);
    }
  }
  return values;
}

function resolve(
  key: string,
  texts: ReadonlyMap<string, string>,
  resolved: Map<string, string>,
  asking: readonly string[],
): void {
  if (resolved.has(key)) return;
  const text = texts.get(key);
  if (text === undefined || asking.includes(key) || asking.length > 10) {
    throw new Error(`the default ${asking[0]} needs ${key}`);
  }
  for (const [, other] of text.matchAll(/\$\(([\w.-]+(?:\[(?:\d+|\*)\])?)\)/g)) {
    resolve(other, texts, resolved, [...asking, key]);
  }
  resolved.set(key, inText(text, resolved));
}

/** Returns the TaskRun's values, declared or not, over the Task's defaults. */
function taskParams(specs: readonly ParamSpec[], params: readonly Param[]): Values {
  const keys = (name: string) => [...keysOf("params", name), `inputs.params.${name}`];
  const values = strings([]);
  const refers = (spec: ParamSpec) =>
    typeof spec.default === "string" && spec.default.includes("$(params.");
  for (const spec of specs) {
    if (spec.default === undefined || refers(spec)) continue;
    put(values, keys, { name: spec.name, value: spec.default });
  }
  for (const spec of specs.filter(refers)) {
    const text = spec.default as string;
    // Tekton fills each reference into the original text, so only the last known one remains.
    for (const [found, name] of text.matchAll(/\$\(params\.(.*?(?:\[\*\])?)\)/g)) {
      const value = values.strings.get(`params.${name}`);
      if (value === undefined) continue;
      put(values, keys, { name: spec.name, value: text.replaceAll(found, () => value) });
    }
  }
  for (const { name, value } of params) {
    const inherited = values.objects.get(`params.${name}`);
    const whole = isObject(value) && inherited !== undefined ? { ...inherited, ...value } : value;
    put(values, keys, { name, value: whole });
  }
  return values;
}

function keysOf(prefix: string, name: string): string[] {
  return [`${prefix}.${name}`, `${prefix}["${name}"]`, `${prefix}['${name}']`];
}

function put(values: Values, keys: (name: string) => string[], { name, value }: Param): void {
  for (const key of keys(name)) {
    if (typeof value === "string") values.strings.set(key, value);
    else if (Array.isArray(value)) {
      values.arrays.set(key, value);
      value.forEach((text, at) => values.strings.set(`${key}[${at}]`, text));
    } else values.objects.set(key, value);
  }
  if (!isObject(value)) return;
  for (const [part, text] of Object.entries(value)) {
    values.strings.set(`params.${name}.${part}`, text);
  }
}

function strings(entries: string[][]): Values {
  return { strings: new Map(entries as [string, string][]), arrays: new Map(), objects: new Map() };
}

/** Fills in variables everywhere in a Task except in its params and their defaults. */
function inSpec<T extends TaskSpec>(spec: T, values: Values): T {
  return {
    ...spec,
    steps: spec.steps?.map((step) => inContainer(step, values)),
    sidecars: spec.sidecars?.map((sidecar) => inContainer(sidecar, values)),
    stepTemplate: spec.stepTemplate && inContainer(spec.stepTemplate, values),
    volumes: inTexts(spec.volumes, values),
    workspaces: spec.workspaces?.map((one) => inTexts(one, values)),
  };
}

/** Fills in a container. Lists take whole arrays; a StepAction's params also take whole objects. */
function inContainer<T extends Record<string, unknown>>(container: T, values: Values): T {
  return Object.fromEntries(
    Object.entries(container).map(([key, value]) => {
      if (key === "args" || key === "command") return [key, inList(value as string[], values)];
      if (key !== "params") return [key, inTexts(value, values)];
      const params = value as Param[];
      return [key, params.map((one) => ({ ...one, value: inValue(one.value, values) }))];
    }),
  ) as T;
}

function inValue(value: ParamValue, values: Values): ParamValue {
  if (Array.isArray(value)) return inList(value, values);
  if (typeof value !== "string") return inTexts(value, values);
  // A text that is only one reference may become an array or an object.
  const alone = /^\$\(([\w.-]+(?:\[\d+\])?)(\[\*\])?\)$/.exec(value);
  const key = alone?.[1] ?? "";
  return values.objects.get(key) ?? values.arrays.get(key) ?? inText(value, values.strings);
}

function inList(list: readonly string[], values: Values): string[] {
  return list.flatMap((text) => {
    const alone = /^\$\((.*?)(\[\*\])?\)$/.exec(text);
    return values.arrays.get(alone?.[1] ?? "") ?? [inText(text, values.strings)];
  });
}

function inTexts<T>(value: T, values: Values): T {
  if (typeof value === "string") return inText(value, values.strings) as T;
  if (Array.isArray(value)) return value.map((item) => inTexts(item, values)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, inTexts(item, values)]),
  ) as T;
}

/** Fills in a text in one pass from the left; filled-in values are not read again. */
function inText(text: string, values: ReadonlyMap<string, string>): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const end = text.startsWith("$(", at) ? text.indexOf(")", at) : -1;
    const value = end < 0 ? undefined : values.get(text.slice(at + 2, end));
    result += value ?? text[at];
    at = value === undefined ? at + 1 : end + 1;
  }
  return result;
}

/** Returns every workspace that a text names, in comments too: Tekton binds them all. */
function usedWorkspaces(spec: TaskSpec): string[] {
  const names = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === "string") {
      for (const [, name] of value.matchAll(/\$\(workspaces\.([^.)]*)[^)]*\)/g)) names.add(name);
    } else if (isObject(value)) Object.values(value).forEach(look);
    else if (Array.isArray(value)) value.forEach(look);
  };
  const containers = [...spec.steps ?? [], ...spec.sidecars ?? [], spec.stepTemplate ?? {}];
  for (const { script, args, command, workingDir, env, params } of containers) {
    look([script, args, command, workingDir, params]);
    for (const one of (env ?? []) as { value?: string }[]) look(one.value);
  }
  return [...names];
}

function isObject(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
