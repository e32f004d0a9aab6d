/** The parts of a Pipeline or Task that complete a command line. Pure. */
import type {
  Described,
  NamedParam,
  PipelineNames,
  TaskNames,
} from "../../cli/completion/names.ts";
import { paramText } from "../../cli/values.ts";
import type { ParamSpec, PipelineSpec, PipelineTask, TaskSpec } from "../../tekton/model.ts";

/** `readTask` reads a Task of the namespace; undefined if it cannot. */
export function pipelineNames(
  { params = [], workspaces = [], tasks = [], finally: last = [] }: PipelineSpec,
  readTask: (name: string) => Promise<TaskSpec | undefined>,
): PipelineNames {
  return {
    params: params.map(namedParam),
    workspaces: workspaces.map(described),
    tasks: [...tasks, ...last].map((task) => ({
      name: task.name,
      text: task.displayName ?? taskText(task),
      async names() {
        const spec = task.taskSpec ?? await referred(task, readTask);
        return spec === undefined ? undefined : taskNames(spec);
      },
    })),
  };
}

export function taskNames(
  { params = [], workspaces = [], results = [], steps = [] }: TaskSpec,
): TaskNames {
  return {
    params: params.map(namedParam),
    workspaces: workspaces.map(described),
    results: results.map(described),
    steps: steps.flatMap(({ name, image, ref }): Described[] =>
      name === undefined ? [] : [{ name, text: image ?? ref?.name }]
    ),
  };
}

function taskText({ taskRef, taskSpec }: PipelineTask): string | undefined {
  if (taskSpec !== undefined) return taskSpec.description;
  return taskRef?.name === undefined ? taskRef?.resolver : `Task ${taskRef.name}`;
}

async function referred(
  { taskRef }: PipelineTask,
  readTask: (name: string) => Promise<TaskSpec | undefined>,
): Promise<TaskSpec | undefined> {
  const isTask = taskRef?.name !== undefined && taskRef.resolver === undefined &&
    (taskRef.kind ?? "Task") === "Task";
  return isTask ? await readTask(taskRef.name!) : undefined;
}

function namedParam(param: ParamSpec): NamedParam {
  const { type, default: otherwise, enum: values } = param;
  return {
    ...described(param),
    ...(otherwise === undefined ? {} : { default: paramText(otherwise) }),
    ...(values === undefined ? {} : { values }),
    isArray: type === "array",
  };
}

function described({ name, description }: { name: string; description?: unknown }): Described {
  return typeof description === "string" ? { name, text: description } : { name };
}
