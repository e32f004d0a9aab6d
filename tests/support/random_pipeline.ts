/**
 * Generates random Pipelines with a Task to put inline. Params of all types have similar or equal
 * names; texts have references in every spelling, and text that only looks like them. A text is a
 * list of pieces, so that it can be written again with other names.
 */
import type {
  Param,
  ParamSpec,
  ParamType,
  ParamValue,
  PipelineSpec,
  PipelineTask,
  TaskSpec,
} from "../../src/tekton/model.ts";
import type { Random } from "./random.ts";
import type { ModelRun } from "./tekton_model.ts";

const TARGET = "clone";
export const TASK = "git-clone";

export interface InlineCase {
  readonly run: ModelRun;
  readonly target: PipelineTask;
  readonly task: { name: string; spec: TaskSpec };
  /** Returns the Task's spec with the writer's names. */
  readonly write: (writer: Writer) => TaskSpec;
  /** Whether the Task has text whose meaning could change inline. */
  readonly isForeign: boolean;
}

/** With `isStrict`, no text only looks like a variable, so that the webhook takes the spec. */
interface Options {
  readonly isStrict?: boolean;
}

/** Writes the names of a Task's variables. */
export interface Writer {
  param(name: string): string;
  readonly taskName: string;
  workspace(name: string, variable: "bound" | "path"): string;
}

/** The writer with the names of the Task's author. */
export const AUTHOR: Writer = {
  param: (name) => name,
  taskName: "$(context.task.name)",
  workspace: (name, variable) => `$(workspaces.${name}.${variable})`,
};

type Piece = (writer: Writer) => string;

const NAMES = ["a", "A", "b", "ab", "a-b", "a_b", "a.b", "b.key", "image", "_image", "image.tag"]
  .concat(["a-of-clone", "a-of-clone-2", "image-of-clone", "of-clone"]);
/** The keys of every object. */
export const KEYS = ["b", "key"];
const WORKSPACES = ["source", "cache", "keys"];
const TYPES: ParamType[] = ["string", "string", "array", "object"];
const PLAIN = ["", "x", "a b", "é\n", "$", "$$", "$(", ")", "$&", "$1", "\\"];
const GIVEN = [
  ...PLAIN,
  ...NAMES.map((name) => `$(params.${name})`),
  '$(params["a"])',
  "$(params.)",
];

export function randomCase(random: Random, options: Options = {}): InlineCase {
  const isOften = (chance: number) => random.next() < chance;
  const names = options.isStrict ? NAMES.filter((name) => !name.includes(".")) : NAMES;
  const params = randomParams(random, names, PLAIN);
  const given = params.filter((spec) => spec.default === undefined || isOften(0.4))
    .map(({ name, type }) => ({ name, value: literal(random, type!, GIVEN) }));
  const run = {
    pipeline: { params } as PipelineSpec,
    params: isOften(0.15) ? withExtra(random, given, names, params) : given,
    bound: random.some(WORKSPACES, 3),
  };
  const declared = randomParams(random, names, options.isStrict ? PLAIN : GIVEN);
  const workspaces = random.some(WORKSPACES, 2).map((name) => {
    const others = run.bound.length > 0 && isOften(0.7) ? random.pick(run.bound) : undefined;
    return { name, optional: others === undefined || isOften(0.5), workspace: others };
  });
  const own = workspaces.map((one) => one.name);
  const target: PipelineTask = {
    name: TARGET,
    taskRef: { name: TASK },
    params: declared.filter((spec) => spec.default === undefined || isOften(0.4))
      .map(({ name, type }) => ({ name, value: passed(random, type!, { run, own, ...options }) })),
    // A workspace that the run does not bind is left out, or bound to an unbound one.
    workspaces: workspaces.filter((one) => one.workspace !== undefined || isOften(0.3))
      .map(({ name, workspace = "unbound" }) => ({ name, workspace })),
  };
  if (isOften(0.15)) target.params = withExtra(random, target.params!, names, declared);
  const foreign = !options.isStrict && isOften(0.05)
    ? foreignTo(random, [...declared, ...target.params!], own)
    : [];
  const write = randomTask(random, { declared, workspaces, foreign, ...options });
  const tasks = [target, ...["test", "build"].map((name) => otherTask(random, name, names))];
  run.pipeline.tasks = random.some(tasks, 3);
  if (!run.pipeline.tasks.includes(target)) run.pipeline.tasks.push(target);
  if (isOften(0.3)) run.pipeline.finally = [otherTask(random, "last", names)];
  run.pipeline.workspaces = [...run.bound, "unbound"].map((name) => ({ name, optional: true }));
  const task = { name: TASK, spec: write(AUTHOR) };
  return { run, target, task, write, isForeign: foreign.length > 0 };
}

/** Returns params without names that read like another's key: `a.b` beside the object `a`. */
function randomParams(random: Random, names: readonly string[], texts: string[]): ParamSpec[] {
  const params = random.some(names, 5).map((name): ParamSpec => ({
    name,
    type: typeFor(random, name),
  })).filter(({ name }, _, all) =>
    !all.some((one) => one.type === "object" && name.startsWith(`${one.name}.`))
  );
  for (const spec of params) {
    if (spec.type === "object") {
      spec.properties = Object.fromEntries(KEYS.map((key) => [key, { type: "string" }]));
    }
    if (random.next() > 0.6) continue;
    // Tekton takes references in the default of an array or object as text.
    spec.default = literal(random, spec.type!, spec.type === "string" ? PLAIN : texts);
  }
  // Only a string's default refers to a param, and only once: Tekton's other results look
  // unintended.
  const known = params.filter((spec) => spec.default !== undefined && spec.type === "string");
  for (const spec of known.slice(1)) {
    if (random.next() < 0.4) spec.default = `${random.pick(PLAIN)}$(params.${known[0].name})`;
  }
  return params;
}

/** Returns a type; a name with a dot can't be an object's. */
function typeFor(random: Random, name: string): ParamType {
  return random.pick(name.includes(".") ? TYPES.filter((type) => type !== "object") : TYPES);
}

/** Adds an undeclared param whose name does not read like another's key. */
function withExtra(
  random: Random,
  params: Param[],
  names: readonly string[],
  declared: ParamSpec[],
): Param[] {
  const name = random.pick(
    names.filter((name) =>
      !declared.some((spec) => spec.name === name || name.startsWith(`${spec.name}.`))
    ),
  );
  const type = random.pick(TYPES.filter((type) => type !== "object"));
  return [...params, { name, value: literal(random, type, PLAIN) }];
}

/** Returns another task, which may have params of the same names. */
function otherTask(random: Random, name: string, names: readonly string[]): PipelineTask {
  const params = random.some(names, 2)
    .map((name) => ({ name, value: literal(random, typeFor(random, name), PLAIN) }));
  if (random.next() < 0.5) return { name, taskRef: { name: "other" }, params };
  const declared = randomParams(random, names, PLAIN);
  const args = declared.flatMap((spec) => wholes(spec).slice(0, 1)).map((piece) => piece(AUTHOR));
  const script = declared.flatMap((spec) => references(random, spec, true))
    .map((piece) => piece(AUTHOR)).join(" ");
  return { name, params, taskSpec: { params: declared, steps: [{ image: "i", script, args }] } };
}

/** Returns references to things that the run may have, and the Task neither has nor is passed. */
function foreignTo(random: Random, own: { name: string }[], workspaces: string[]): Piece[] {
  const isOwn = (name: string) =>
    own.some((one) => one.name === name || name.startsWith(`${one.name}.`));
  return [
    ...NAMES.filter((name) => !isOwn(name))
      .flatMap((name) => [`$(params.${name})`, `$(params["${name}"])`]),
    ...WORKSPACES.filter((name) => !workspaces.includes(name))
      .map((name) => `$(workspaces.${name}.path)`),
    "$(tasks.test.results.x)",
    "$(context.pipelineRun.name)",
    "$(context.pipelineTask.retries)",
  ].map((text) => () => text).filter(() => random.next() < 0.3);
}

/** Returns a literal value. It may look like a reference, which Tekton does not fill in again. */
function literal(random: Random, type: ParamType, texts: string[]): ParamValue {
  const text = () => random.pick(texts);
  return ofType(random, type, text, text);
}

/** Returns a value for the target's param, made from the Pipeline's params. */
function passed(
  random: Random,
  type: ParamType,
  { run, own, isStrict }: Options & { run: ModelRun; own: readonly string[] },
): ParamValue {
  const params = run.pipeline.params!;
  const ofSame = params.filter((spec) => spec.type === type);
  if (type !== "string" && ofSame.length > 0 && random.next() < 0.4) {
    return `$(params.${random.pick(ofSame).name}[*])`;
  }
  const text = () => {
    const spec = random.pick(params);
    const variables = [
      "$(context.pipelineRun.name)",
      "$(context.taskRun.name)",
      "$(context.task.name)",
      ...own.flatMap((name) => [`$(workspaces.${name}.path)`, `$(workspaces.${name}.bound)`]),
      ...spec === undefined ? [] : references(random, spec, isStrict).map((piece) => piece(AUTHOR)),
    ];
    return random.pick(PLAIN) + (random.next() < 0.5 ? random.pick(variables) : "");
  };
  const arrays = params.filter((spec) => spec.type === "array");
  const item = () =>
    arrays.length > 0 && random.next() < 0.3 ? `$(params.${random.pick(arrays).name}[*])` : text();
  return ofType(random, type, text, item);
}

function ofType(
  random: Random,
  type: ParamType,
  text: () => string,
  item: () => string,
): ParamValue {
  switch (type) {
    case "string":
      return text();
    case "array":
      // At least one item: Tekton refuses `[0]` of an empty array.
      return [text(), ...Array.from({ length: random.below(3) }, item)];
    case "object":
      return Object.fromEntries(KEYS.map((key) => [key, text()]));
  }
}

type Workspaces = readonly { name: string; optional: boolean }[];

interface Parts extends Options {
  readonly declared: readonly ParamSpec[];
  readonly workspaces: Workspaces;
  readonly foreign: Piece[];
}

function randomTask(
  random: Random,
  { declared, workspaces, foreign, isStrict }: Parts,
): (writer: Writer) => TaskSpec {
  const pieces = [
    ...declared.flatMap((spec) => references(random, spec, isStrict)),
    ...workspaces.flatMap(({ name }) =>
      (["bound", "path"] as const)
        .map((variable): Piece => (writer) => writer.workspace(name, variable))
    ),
    (writer: Writer) => writer.taskName,
    ...foreign,
    ...isStrict ? [] : [...lookalikes(declared), ...variables(random)],
  ];
  const text = () => {
    const chosen = Array.from(
      { length: random.below(5) },
      () => random.next() < 0.8 ? random.pick(pieces) : plain(random),
    );
    const between = random.pick(["", " "]);
    return (writer: Writer) => chosen.map((piece) => piece(writer)).join(between);
  };
  const results = isStrict ? [] : random.some(NAMES, 1).map((name) => ({ name }));
  return taskOf(random, { declared, workspaces, text, results });
}

function taskOf(
  random: Random,
  { declared, workspaces, text, results }: {
    declared: readonly ParamSpec[];
    workspaces: Workspaces;
    text: () => Piece;
    results: { name: string }[];
  },
): (writer: Writer) => TaskSpec {
  const items = () => {
    const whole = declared.filter((spec) => spec.type === "array").flatMap(wholes);
    return Array.from(
      { length: random.below(4) },
      () => whole.length > 0 && random.next() < 0.4 ? random.pick(whole) : text(),
    );
  };
  const steps = Array.from({ length: 1 + random.below(2) }, (_, at) => {
    const [image, script, env, args, command] = [text(), text(), text(), items(), items()];
    const [whole, list] = [random.pick([text(), ...declared.flatMap(dottedWholes)]), items()];
    const [isAction, hasScript] = [random.next() < 0.2, random.next() < 0.5];
    return (writer: Writer) => ({
      name: `s${at}`,
      ...(isAction
        ? {
          ref: { name: "action" },
          params: [
            { name: "one", value: whole(writer) },
            { name: "list", value: list.map((piece) => piece(writer)) },
            { name: "map", value: { a: env(writer) } },
          ],
        }
        : {
          image: `i${image(writer)}`,
          env: [{ name: "E", value: env(writer) }],
          args: args.map((piece) => piece(writer)),
          ...(hasScript
            ? { script: script(writer) }
            : { command: command.map((piece) => piece(writer)) }),
        }),
    });
  });
  const [sidecar, template, volume] = [text(), text(), text()];
  return (writer) => ({
    params: declared.map((spec) => ({
      ...spec,
      name: writer.param(spec.name),
      ...(spec.default === undefined ? {} : { default: defaultOf(spec, declared, writer) }),
    })),
    workspaces: workspaces.map(({ name, optional }) => ({ name, optional })),
    results,
    steps: steps.map((step) => step(writer)),
    stepTemplate: { env: [{ name: "T", value: template(writer) }] },
    sidecars: [{ name: "side", image: "i", script: sidecar(writer) }],
    volumes: [{ name: "v", configMap: { name: volume(writer) } }],
  });
}

/** Renames references in a default. Only defaults of strings have any, and in this spelling. */
function defaultOf(
  { default: value }: ParamSpec,
  declared: readonly ParamSpec[],
  writer: Writer,
): ParamValue {
  if (typeof value !== "string") return value!;
  return declared.reduce(
    (text, { name }) =>
      text.replaceAll(`$(params.${name})`, () => `$(params.${writer.param(name)})`),
    value,
  );
}

/** Returns text that does not close another piece's parenthesis. */
function plain(random: Random): Piece {
  const text = random.pick(PLAIN.filter((text) => text !== ")"));
  return () => text;
}

/** Returns the references to a param inside a text. */
function references(random: Random, { name, type }: ParamSpec, isStrict = false): Piece[] {
  const key = random.pick(KEYS);
  if (type === "object") return [(writer) => `$(params.${writer.param(name)}.${key})`];
  const rest = type === "array" ? "[0]" : "";
  return [
    (writer) => `$(params.${writer.param(name)}${rest})`,
    (writer) => `$(inputs.params.${writer.param(name)}${rest})`,
    // A second dollar is no escape in Tekton: the value follows the first dollar.
    (writer) => `$$(params.${writer.param(name)}${rest})`,
    // With an index after brackets, the webhook reads up to the next reference's end.
    ...isStrict && rest !== "" ? [] : [
      (writer: Writer) => `$(params["${writer.param(name)}"]${rest})`,
      (writer: Writer) => `$(params['${writer.param(name)}']${rest})`,
    ],
  ];
}

/** Returns the references to a whole array, alone in a text. */
function wholes(spec: ParamSpec): Piece[] {
  if (spec.type !== "array") return [];
  return [
    ...dottedWholes(spec),
    (writer) => `$(params["${writer.param(spec.name)}"][*])`,
    (writer) => `$(params['${writer.param(spec.name)}'])`,
  ];
}

/** Returns the references by which a StepAction's param becomes an array or object. */
function dottedWholes({ name, type }: ParamSpec): Piece[] {
  if (type === "string") return [];
  return [
    (writer) => `$(params.${writer.param(name)})`,
    (writer) => `$(params.${writer.param(name)}[*])`,
    (writer) => `$(inputs.params.${writer.param(name)}[*])`,
  ];
}

/** Returns text with the Task's own names that Tekton takes for no reference. */
function lookalikes(declared: readonly ParamSpec[]): Piece[] {
  return declared.flatMap(({ name, type }) => [
    `params.${name}`,
    `$params.${name}`,
    `\${params.${name}}`,
    `$(xparams.${name})`,
    `$(params.${name}x)`,
    `$(params.x${name})`,
    `$(params.${name}-of-clone-x)`,
    `$( params.${name} )`,
    `$(params.${name}`,
    `$((params.${name}))`,
    `$(params["${name}')`,
    `$(params[${name}])`,
    `$(params.${name}[x])`,
    `$(inputs.params["${name}"])`,
    `$(inputs.params.${name}.x)`,
    ...type === "object" ? [] : [`$(params.${name}.x)`],
  ]).map((text): Piece => () => text);
}

/** Returns variables of other kinds with params' names in them. */
function variables(random: Random): Piece[] {
  const name = random.pick(NAMES);
  return [
    `$(results.${name}.path)`,
    `$(steps.${name}.results.x)`,
    `$(context.taskRun.name)`,
    "$(credentials.path)",
  ].map((text) => () => text);
}
