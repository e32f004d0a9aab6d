/**
 * A model of Tekton's webhook: whether it takes a Pipeline's spec inside a PipelineRun. Pure, and
 * independent of `src/tekton`, which it judges: it shares only the types.
 *
 * Unlike by reference, the webhook merges all params of one name, in this order: the run's, the
 * Pipeline's, and then for each task, except finally tasks, the passed ones and those that an
 * inline Task declares. It judges every inline Task by the type of the first one. Source: Tekton
 * 1.9, pkg/apis/pipeline/v1/pipelinerun_validation.go (validateInlineParameters).
 */
import type {
  Param,
  ParamSpec,
  ParamType,
  ParamValue,
  PipelineSpec,
  PipelineTask,
  Step,
} from "../../src/tekton/model.ts";

interface Known {
  readonly type: ParamType;
  /** The first owner of the param, for messages. */
  readonly where: string;
  /** Undefined without a default; its keys are undefined unless it is an object. */
  default?: { keys?: Set<string> };
  /** An object's keys; undefined if it declares none. */
  properties?: Set<string>;
}

type Params = Map<string, Known>;

/** Explains why the webhook refuses the spec inline although it takes it by reference. */
export function clashesInline(spec: PipelineSpec, params: readonly Param[]): string | undefined {
  const known: Params = new Map();
  const tasks = spec.tasks ?? [];
  return first([
    ...params.map((param) => () => pass(known, param, "the run")),
    ...(spec.params ?? []).map((param) => () => declare(known, param, "the Pipeline")),
    ...tasks.flatMap(({ name, params = [], taskSpec }) => [
      ...params.map((param) => () => pass(known, param, `task "${name}"`)),
      ...(taskSpec?.params ?? []).map((param) => () => declare(known, param, `task "${name}"`)),
    ]),
    ...tasks.map((task) => () => whyNotInline(known, task)),
    ...tasks.map((task) => () => whyNotPassed(known, task)),
  ]);
}

/** Returns the first answer. Later questions may rely on earlier ones having no answer. */
function first(questions: readonly (() => string | undefined)[]): string | undefined {
  for (const ask of questions) {
    const answer = ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function pass(known: Params, { name, value }: Param, where: string): string | undefined {
  const keys = keysOf(value);
  const one = known.get(name);
  if (one === undefined) {
    known.set(name, {
      type: typeOfValue(value),
      where,
      default: { keys: keys && new Set(keys) },
      properties: keys && new Set(keys),
    });
  } else if (keys !== undefined && keys.length > 0) {
    // The webhook writes the keys to maps that may be nil, and panics.
    if (one.default?.keys === undefined || one.properties === undefined) {
      return `${where} passes an object as param "${name}", on which Tekton's webhook fails: ` +
        `${one.where} has one of that name, ${described(one)}`;
    }
    for (const key of keys) one.properties.add(key);
  }
  return undefined;
}

function described({ type, default: value }: Known): string {
  if (type !== "object") return type === "array" ? "an array" : "a string";
  return value === undefined ? "an object without a default" : "an object without properties";
}

function declare(known: Params, spec: ParamSpec, where: string): string | undefined {
  const { name, default: value } = spec;
  const one = known.get(name);
  const properties = propertiesOf(spec);
  const keys = value === undefined ? undefined : keysOf(value);
  if (one === undefined) {
    known.set(name, {
      type: typeOfParam(spec),
      where,
      default: value === undefined ? undefined : { keys: keys && new Set(keys) },
      properties,
    });
    return undefined;
  }
  if (keys !== undefined && keys.length > 0) {
    if (one.default === undefined) {
      return `${where} has an object's default for param "${name}", on which Tekton's webhook ` +
        `fails: ${one.where} has one of that name without a default`;
    }
    one.default.keys ??= new Set(keys);
  }
  if (properties === undefined && (keys !== undefined || one.type === "object")) {
    return `${where} declares param "${name}" without the properties of an object, ` +
      `and ${one.where} has one of that name`;
  }
  if (one.type === "object") one.properties = properties;
  return undefined;
}

/** Source: Tekton 1.9, pkg/apis/pipeline/v1/param_types.go (ParamSpec.SetDefaults). */
function typeOfParam({ type, properties, default: value = "" }: ParamSpec): ParamType {
  return type ?? (properties === undefined ? typeOfValue(value) : "object");
}

function typeOfValue(value: ParamValue): ParamType {
  if (typeof value === "string") return "string";
  return Array.isArray(value) ? "array" : "object";
}

/** Returns the declared keys; undefined without any, because Tekton reads an empty map as nil. */
function propertiesOf({ properties }: ParamSpec): Set<string> | undefined {
  const keys = Object.keys(properties ?? {});
  return keys.length === 0 ? undefined : new Set(keys);
}

function keysOf(value: ParamValue): string[] | undefined {
  return typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : undefined;
}

/** Judges an inline Task by all params. */
function whyNotInline(known: Params, { name, taskSpec }: PipelineTask): string | undefined {
  if (taskSpec?.steps === undefined) return undefined;
  const owner = `task "${name}"`;
  return first([
    ...[...known].map(([name, one]) => () => whyNotNamed(name, one)),
    ...taskSpec.steps.map((step) => merged(step, taskSpec.stepTemplate)).flatMap((step) => [
      ...textsOf(step).map((text) => () => whyNotSaid(known, owner, text, true)),
      ...[...(step.command ?? []), ...(step.args ?? [])]
        .map((text) => () => whyNotSaid(known, owner, text, false)),
      () => whyUnknown(known, owner, step.onError ?? ""),
    ]),
  ]);
}

/** Returns the step merged with its template; a step with a StepAction stays as it is. */
function merged(step: Step, template: Partial<Step> = {}): Step {
  if (step.ref !== undefined) return step;
  const { env = [], volumeMounts = [], command = [], args = [] } = step;
  return {
    ...step,
    image: step.image || template.image,
    workingDir: step.workingDir || template.workingDir,
    command: command.length > 0 ? command : template.command,
    args: args.length > 0 ? args : template.args,
    env: mergedBy("name", env, template.env ?? []),
    volumeMounts: mergedBy("mountPath", volumeMounts, template.volumeMounts ?? []),
  };
}

/** Merges lists by key. An empty field of a step takes the template's value. */
function mergedBy<K extends string, T extends Record<K, string>>(key: K, own: T[], template: T[]) {
  const isSame = (one: T) => (other: T) => one[key] === other[key];
  const isSet = ([, value]: [string, unknown]) => value !== "" && value !== undefined;
  return [
    ...own.map((one) => ({
      ...template.find(isSame(one)),
      ...Object.fromEntries(Object.entries(one).filter(isSet)) as T,
    })),
    ...template.filter((one) => !own.some(isSame(one))),
  ];
}

function whyNotNamed(name: string, { type, properties, where }: Known): string | undefined {
  const isRight = (text: string) => /^[_a-zA-Z][_a-zA-Z0-9-]*$/.test(text);
  if (type !== "object") {
    if (/^[_a-zA-Z][_a-zA-Z0-9.-]*$/.test(name)) return undefined;
    return `${where} has a param of the name "${name}"`;
  }
  if (properties === undefined) return `${where} has the object "${name}" without properties`;
  const wrong = [name, ...properties].find((text) => !isRight(text));
  return wrong === undefined
    ? undefined
    : `${where} has the object "${name}", and "${wrong}" is no name for it or a key`;
}

/** Returns the texts that the webhook reads, except lists that may take a whole array. */
function textsOf(step: Step): string[] {
  const { name, image, workingDir, script, env = [], volumeMounts = [] } = step;
  return [
    name,
    image,
    workingDir,
    script,
    ...env.map((one) => one.value),
    ...volumeMounts.flatMap((one) => [one.name, one.mountPath, one.subPath]),
  ].filter((text) => typeof text === "string");
}

function whyNotSaid(
  known: Params,
  owner: string,
  text: string,
  isText: boolean,
): string | undefined {
  const unknown = whyUnknown(known, owner, text);
  if (unknown !== undefined) return unknown;
  for (const { name, path, variable } of references(text, "params")) {
    const list = known.get(withoutStar(name));
    if (list?.type === "array" && (isText || variable !== text)) {
      return `${owner} has param "${withoutStar(name)}" inside a text, ` +
        `and it is an array in ${list.where}`;
    }
    const whole = known.get(withoutStar(path));
    if (whole?.type === "object") {
      return `${owner} has all of param "${withoutStar(path)}" in a text, ` +
        `and it is an object in ${whole.where}`;
    }
  }
  return whyNotKey(known, owner, text);
}

function whyUnknown(known: Params, owner: string, text: string): string | undefined {
  const unknown = references(text, "params").find(({ name }) => !known.has(withoutIndex(name)));
  return unknown === undefined
    ? undefined
    : `${owner} refers to param "${withoutIndex(unknown.name)}", which nothing declares or passes`;
}

/** Judges passed values, which are right unless merging has changed an object's keys. */
function whyNotPassed(known: Params, task: PipelineTask): string | undefined {
  const texts = stringsIn([task.params, task.matrix, task.when]);
  return first(texts.map((text) => () => whyNotKey(known, `task "${task.name}"`, text)));
}

/** Returns every string of a JSON value, keys excepted. */
function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function whyNotKey(known: Params, owner: string, text: string): string | undefined {
  for (const [object, { type, properties, where }] of known) {
    if (type !== "object" || properties === undefined) continue;
    for (const { name } of references(text, `params\\.${object}`)) {
      const key = withoutIndex(name);
      if (properties.has(key)) continue;
      return `${owner} refers to the key "${key}" of param "${object}", ` +
        `which the object in ${where} lacks there`;
    }
  }
  return undefined;
}

/**
 * Returns the references as the webhook reads them. After a dot, the name ends at the next dot;
 * `path` is the whole text.
 */
function references(text: string, prefix: string) {
  const any = ".*?(?:\\[\\*\\])?";
  const pattern = new RegExp(
    `\\$\\(${prefix}(?:\\.(${any})|\\["(${any})"\\]|\\['(${any})'\\])\\)`,
    "g",
  );
  return [...text.matchAll(pattern)].map(([variable, dotted, double, single]) => {
    const path = dotted ?? double ?? single;
    return { variable, path, name: dotted === undefined ? path : dotted.split(".")[0] };
  });
}

function withoutStar(name: string): string {
  return name.endsWith("[*]") ? name.slice(0, -3) : name;
}

function withoutIndex(name: string): string {
  return name.replace(/\[\d*\*?\]/g, "");
}
