/**
 * The validations of Tekton's webhook that fail for typical handwritten manifests, with its
 * messages.
 */
import type { KubeObject } from "../../../kube/interface.ts";
import type {
  ParamSpec,
  PipelineRun,
  PipelineSpec,
  PipelineTask,
  Step,
  TaskRun,
  TaskSpec,
} from "../../../tekton/model.ts";
import type { Kind } from "../../store/kinds.ts";
import { resultRefs } from "../result_refs.ts";
import { referencesIn } from "../substitute.ts";

type Problems = string[];

export function validate(kind: Kind, object: KubeObject): Problems {
  const spec = object.spec as Record<string, unknown> | undefined;
  if (typeof spec !== "object" || spec === null) return ["missing field(s): spec"];
  if (kind.kind === "Task") return task(spec as TaskSpec, "spec");
  if (kind.kind === "Pipeline") return pipeline(spec as PipelineSpec, "spec", true);
  if (kind.kind === "TaskRun") return taskRun(spec as TaskRun["spec"]);
  return pipelineRun(spec as PipelineRun["spec"]);
}

function taskRun(spec: TaskRun["spec"]): Problems {
  const { taskRef, taskSpec, status, debug } = spec;
  const statusProblem = status === undefined || status === "" || status === "TaskRunCancelled"
    ? []
    : [`invalid value: ${status} should be TaskRunCancelled: spec.status`];
  return [
    ...exactlyOne(taskRef, taskSpec, ["spec.taskRef", "spec.taskSpec"]),
    // The run may provide params that an inline taskSpec does not declare.
    ...(taskSpec === undefined ? [] : task(taskSpec, "spec.taskSpec", paramNames(spec.params))),
    ...duplicateNames(spec.params, "spec.params"),
    ...duplicateNames(spec.workspaces, "spec.workspaces"),
    ...statusProblem,
    ...breakpoints((debug ?? {}) as Debug),
  ];
}

type Debug = { breakpoints?: { onFailure?: string; beforeSteps?: string[] } };

/** Accepts breakpoints, as with `enable-api-fields: alpha`; otherwise the webhook rejects them. */
function breakpoints({ breakpoints }: Debug): Problems {
  if (breakpoints === undefined) return [];
  const { onFailure = "", beforeSteps = [] } = breakpoints;
  const path = "spec.debug.breakpoints";
  if (onFailure === "") {
    return [
      "invalid value: onFailure breakpoint is empty, it is only allowed to be set as enabled: " +
      `${path}.onFailure`,
    ];
  }
  if (onFailure !== "enabled") {
    return [
      `invalid value: ${onFailure} is not a valid onFailure breakpoint value, onFailure breakpoint ` +
      `is only allowed to be set as enabled: ${path}.onFailure`,
    ];
  }
  const again = beforeSteps.findIndex((name, at) => beforeSteps.indexOf(name) !== at);
  if (again === -1) return [];
  return [
    `before step must be unique, the same step: ${beforeSteps[again]} is defined multiple times ` +
    `at: ${path}.beforeSteps[${again}]`,
  ];
}

const STATUSES = [
  "",
  "Cancelled",
  "CancelledRunFinally",
  "StoppedRunFinally",
  "PipelineRunPending",
];

function pipelineRun(spec: PipelineRun["spec"]): Problems {
  const { pipelineRef, pipelineSpec, status = "", timeouts } = spec;
  const names = paramNames(spec.params);
  const problems = [
    ...exactlyOne(pipelineRef, pipelineSpec, ["spec.pipelineRef", "spec.pipelineSpec"]),
    ...(pipelineSpec === undefined
      ? []
      : pipeline(pipelineSpec, "spec.pipelineSpec", false, names)),
  ];
  (spec.params ?? []).forEach((param, at) => {
    if ((spec.params ?? []).findIndex(({ name }) => name === param.name) === at) return;
    problems.push(`parameter appears more than once: spec.params[${param.name}]`);
  });
  (spec.workspaces ?? []).forEach(({ name }, at) => {
    const first = spec.workspaces!.findIndex((each) => each.name === name);
    if (first !== at) {
      problems.push(
        `workspace "${name}" provided by pipelinerun more than once, at index ${first} and ${at}: ` +
          `spec.workspaces[${at}].name`,
      );
    }
  });
  if (!STATUSES.includes(status)) {
    problems.push(
      `invalid value: ${status} should be Cancelled, CancelledRunFinally, StoppedRunFinally or ` +
        "PipelineRunPending: spec.status",
    );
  }
  if (
    timeouts?.pipeline === "0" && timeouts.tasks !== undefined && timeouts.finally !== undefined
  ) {
    problems.push(
      "invalid value: timeouts.tasks + timeouts.finally should be <= 0s: spec.timeouts.tasks",
    );
  }
  return problems;
}

/** `isClosed` requires every param and workspace to be declared, as in a separate Pipeline. */
function pipeline(
  spec: PipelineSpec,
  path: string,
  isClosed: boolean,
  given: string[] = [],
): Problems {
  const tasks = spec.tasks ?? [];
  const finals = spec.finally ?? [];
  if (tasks.length === 0) return [`missing field(s): ${path}.tasks`];
  const problems = [
    ...duplicateNames(spec.params, `${path}.params`),
    ...graphProblems(tasks, path),
  ];
  const seen = new Set<string>();
  const known = [...paramNames(spec.params), ...given];
  const places = [
    ...tasks.map((task, at) => [task, `${path}.tasks[${at}]`] as const),
    ...finals.map((task, at) => [task, `${path}.finally[${at}]`] as const),
  ];
  for (const [task, at] of places) {
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(task.name ?? "")) {
      problems.push(`invalid value "${task.name ?? ""}": ${at}.name`);
    }
    if (seen.has(task.name)) problems.push(`expected exactly one, got both: ${at}.name`);
    seen.add(task.name);
    problems.push(...pipelineTask(task, at, isClosed, known));
    if (isClosed) problems.push(...undeclaredWorkspaces(task, spec, at));
  }
  finals.forEach((task, at) => {
    if (!task.runAfter?.length) return;
    problems.push(
      `invalid value: no runAfter allowed under spec.finally, final task ${task.name} has runAfter ` +
        `specified: ${path}.finally[${at}]`,
    );
  });
  return problems;
}

function pipelineTask(
  task: PipelineTask,
  path: string,
  isClosed: boolean,
  known: string[],
): Problems {
  const { taskRef, taskSpec, params, when } = task;
  const problems: Problems = [];
  if (task.pipelineRef === undefined && task.pipelineSpec === undefined) {
    problems.push(...exactlyOne(taskRef, taskSpec, [`${path}.taskRef`, `${path}.taskSpec`]));
  }
  if (taskSpec !== undefined && taskSpec.steps !== undefined) {
    const inherited = [...known, ...paramNames(params)];
    problems.push(...inlineTask(taskSpec, `${path}.taskSpec`, isClosed, inherited));
  }
  problems.push(...unknownParams({ params, when }, known, path));
  return problems;
}

/**
 * In a separate Pipeline only a run can provide the params of an inline taskSpec, so they are not
 * checked. In a run all params are known.
 */
function inlineTask(spec: TaskSpec, path: string, isClosed: boolean, known: string[]): Problems {
  return isClosed ? task(spec, path, undefined) : task(spec, path, known);
}

function undeclaredWorkspaces(task: PipelineTask, spec: PipelineSpec, path: string): Problems {
  const declared = (spec.workspaces ?? []).map(({ name }) => name);
  return (task.workspaces ?? []).flatMap(({ name, workspace = name }, at) =>
    declared.includes(workspace) ? [] : [
      `invalid value: pipeline task "${task.name}" expects workspace with name "${workspace}" but ` +
      `none exists in pipeline spec: ${path}.workspaces[${at}]`,
    ]
  );
}

/** `known` are the params from outside; undefined if they cannot be known. */
function task(spec: TaskSpec, path: string, known: string[] | undefined = []): Problems {
  const steps = spec.steps ?? [];
  if (steps.length === 0) return [`missing field(s): ${path}.steps`];
  const names = new Set<string>();
  const problems = [...duplicateNames(spec.params, `${path}.params`), ...volumes(spec, path)];
  steps.forEach((step, at) => {
    const where = `${path}.steps[${at}]`;
    const { name } = step;
    if (name && names.has(name)) problems.push(`expected exactly one, got both: ${where}.name`);
    if (name) names.add(name);
    problems.push(...stepProblems({ ...spec.stepTemplate, ...step }, where));
    if (known !== undefined) {
      problems.push(...unknownParams(step, [...paramNames(spec.params), ...known], where));
    }
    problems.push(...unknownResults(step, spec, where), ...misplacedArrays(step, spec, where));
  });
  return problems;
}

function stepProblems(step: Step, path: string): Problems {
  const problems: Problems = [];
  if (step.ref === undefined && !step.image) problems.push(`missing field(s): ${path}.Image`);
  if (step.script && step.command?.length) {
    problems.push(`script cannot be used with command: ${path}.script`);
  }
  if (step.name && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(step.name)) {
    problems.push(`invalid value "${step.name}": ${path}.name`);
  }
  (step.volumeMounts ?? []).forEach(({ name, mountPath }, at) => {
    if (!mountPath.startsWith("/tekton/") || mountPath.startsWith("/tekton/home")) return;
    problems.push(
      `volumeMount cannot be mounted under /tekton/ (volumeMount "${name}" mounted at ` +
        `"${mountPath}"): ${path}.volumeMounts[${at}].mountPath`,
    );
  });
  if (referencesIn(step.script).some((reference) => /^steps\..+\.results\./.test(reference))) {
    problems.push(
      "stepResult substitutions are only allowed in env, command and args. Found usage in: " +
        `${path}.script`,
    );
  }
  return problems;
}

function volumes(spec: TaskSpec, path: string): Problems {
  const names = (spec.volumes ?? []).map(({ name }) => name);
  return names.flatMap((name, at) =>
    names.indexOf(name) === at
      ? []
      : [`multiple volumes with same name "${name}": ${path}.volumes[${at}].name`]
  );
}

function unknownParams(value: unknown, known: string[], path: string): Problems {
  return texts(value, path).flatMap(([text, at]) =>
    referencesIn(text).flatMap((reference) => {
      const name = /^(?:inputs\.)?params(?:\.([^.[]+)|\[["'](.+?)["']\])/.exec(reference);
      if (name === null || known.includes(name[1] ?? name[2])) return [];
      // A name with dots is compared as a whole.
      if (known.some((each) => reference.startsWith(`params.${each}`))) return [];
      return [`non-existent variable in ${JSON.stringify(text)}: ${at}`];
    })
  );
}

/** A step that declares results may refer only to its own results. */
function unknownResults(step: Step, spec: TaskSpec, path: string): Problems {
  const declared = (step.results ?? spec.results ?? []).map(({ name }) => name);
  return referencesIn(step.script).flatMap((reference) => {
    const name = /^results(?:\.|\[["'])(.+?)(?:["']\])?\.path$/.exec(reference)?.[1];
    if (name === undefined || declared.includes(name)) return [];
    return [`non-existent variable in ${JSON.stringify(step.script)}: ${path}.script`];
  });
}

/** A whole array is allowed only as an item by itself: `args: ["$(params.list[*])"]`. */
function misplacedArrays(step: Step, spec: TaskSpec, path: string): Problems {
  const arrays = (spec.params ?? []).filter(({ type }) => type === "array").map(({ name }) => name);
  return texts(step, path).flatMap(([text, at]) => {
    const isWhole = (reference: string) =>
      arrays.some((name) => [`params.${name}`, `params.${name}[*]`].includes(reference));
    const whole = referencesIn(text).filter(isWhole);
    if (whole.length === 0) return [];
    if (!/\.(args|command)\[\d+\]$/.test(at)) {
      return [`variable type invalid in ${JSON.stringify(text)}: ${at}`];
    }
    if (text === `$(${whole[0]})`) return [];
    return [`variable is not properly isolated in ${JSON.stringify(text)}: ${at}`];
  });
}

/** Returns every text in a value with its path: `spec.steps[0].args[1]`. */
function texts(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[value, path]];
  if (Array.isArray(value)) return value.flatMap((item, at) => texts(item, `${path}[${at}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => texts(item, `${path}.${key}`));
}

/** Finds links to tasks that do not exist, and cycles. */
function graphProblems(tasks: PipelineTask[], path: string): Problems {
  const names = tasks.map(({ name }) => name);
  const links = new Map<string, string[]>();
  for (const task of tasks) {
    const before = [...(task.runAfter ?? []), ...resultRefs(task).map((ref) => ref.task)];
    links.set(task.name, before);
    for (const name of before) {
      if (names.includes(name)) continue;
      return [
        `invalid value: couldn't add link between ${task.name} and ${name}: task ${task.name} ` +
        `depends on ${name} but ${name} wasn't present in Pipeline: ${path}.tasks`,
      ];
    }
  }
  const done = new Set<string>();
  while (done.size < links.size) {
    const free = [...links].filter(([name, before]) =>
      !done.has(name) && before.every((each) => done.has(each))
    );
    if (free.length === 0) {
      const [name, before] = [...links].find(([name]) => !done.has(name))!;
      const quoted = before.filter((each) => !done.has(each)).map((each) => `"${each}"`).join(", ");
      return [`invalid value: cycle detected; task "${name}" depends on ${quoted}: ${path}.tasks`];
    }
    for (const [name] of free) done.add(name);
  }
  return [];
}

function exactlyOne(a: unknown, b: unknown, names: [string, string]): Problems {
  if (a !== undefined && b !== undefined) {
    return [`expected exactly one, got both: ${names.join(", ")}`];
  }
  if (a !== undefined || b !== undefined) return [];
  return [`expected exactly one, got neither: ${names.join(", ")}`];
}

function duplicateNames(named: readonly { name: string }[] | undefined, path: string): Problems {
  const names = (named ?? []).map(({ name }) => name);
  return names.flatMap((name, at) =>
    names.indexOf(name) === at ? [] : [`expected exactly one, got both: ${path}[${at}].name`]
  );
}

function paramNames(params: readonly Pick<ParamSpec, "name">[] | undefined): string[] {
  return (params ?? []).map(({ name }) => name);
}
