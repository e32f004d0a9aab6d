/** Completes values that are names, by lookups. */
import type { Lookup } from "../spec.ts";
import type { Candidate, Completed } from "./completed.ts";
import type {
  Described,
  NamedParam,
  Names,
  PipelineNames,
  PipelineTaskNames,
  TaskNames,
} from "./names.ts";
import type { TypedWords } from "./typed_words.ts";

type Name = Exclude<Lookup, "files" | "directories" | "commands" | "workspace bindings">;

export async function lookUp(lookup: Name, typed: TypedWords, names: Names): Promise<Completed> {
  const group = groupOf(typed);
  switch (lookup) {
    case "contexts":
      return { candidates: await names.contexts() };
    case "namespaces":
      return { candidates: await names.namespaces() };
    case "pipelines":
    case "tasks":
    case "service accounts":
      return { candidates: await names.objects(lookup) };
    case "runs":
      return { candidates: await names.runs(group, definitionName(typed)), isOrdered: true };
    case "tasks of the run":
    case "steps of the run": {
      const run = typed.args.at(definitionName(typed) === undefined ? 0 : 1);
      if (run === undefined) return { candidates: [] };
      const isTask = lookup === "tasks of the run";
      return { candidates: await (isTask ? names.runTasks(run) : names.runSteps(group, run)) };
    }
    case "held runs":
      return { candidates: await names.heldRuns(group), isOrdered: true };
    case "held steps": {
      const run = typed.args.at(0);
      return { candidates: run === undefined ? [] : await names.heldSteps(group, run) };
    }
    case "params":
      return completeParam(typed, (await definition(typed, names))?.params ?? []);
    case "results":
      return {
        candidates: (await targets(typed, names)).flatMap(({ results }) => results)
          .map(({ name, text }) => ({ word: `${name}=`, text })),
        isStart: true,
      };
    case "tasks of the pipeline":
      return { candidates: (await pipeline(typed, names))?.tasks.map(candidate) ?? [] };
    case "steps":
      return {
        candidates: (await targets(typed, names)).flatMap(({ steps }) => steps.map(candidate)),
      };
    case "workspaces of the task": {
      const found = await targets(typed, names);
      return { candidates: found.flatMap(({ workspaces }) => workspaces.map(candidate)) };
    }
    case "task/step":
    case "task or task/step": {
      const tasks = (await pipeline(typed, names))?.tasks ?? [];
      const steps = await stepsOf(tasks);
      return { candidates: lookup === "task/step" ? steps : [...tasks.map(candidate), ...steps] };
    }
  }
}

/** The params and workspaces of the Pipeline or Task that is typed. */
export async function definition(
  typed: TypedWords,
  names: Names,
): Promise<PipelineNames | TaskNames | undefined> {
  const name = definitionName(typed);
  if (name === undefined) return undefined;
  return await (groupOf(typed) === "task" ? names.task(name) : names.pipeline(name));
}

/** The Pipeline or Task that is typed, in a command of `pipeline` or `task`. */
function definitionName(typed: TypedWords): string | undefined {
  return ["pipeline", "task"].includes(groupOf(typed)) ? typed.args.at(0) : undefined;
}

async function pipeline(typed: TypedWords, names: Names): Promise<PipelineNames | undefined> {
  const [name] = typed.args;
  return name === undefined || groupOf(typed) !== "pipeline"
    ? undefined
    : await names.pipeline(name);
}

/** The Task that is typed, that of --upload-task or --on-task, or those of all tasks. */
async function targets(typed: TypedWords, names: Names): Promise<TaskNames[]> {
  if (groupOf(typed) === "task") {
    const found = await definition(typed, names);
    return found !== undefined && "steps" in found ? [found] : [];
  }
  const asked = typed.flags.get("upload-task") ?? typed.flags.get("on-task") ?? [];
  const tasks = (await pipeline(typed, names))?.tasks ?? [];
  const meant = asked.length === 0 ? tasks : tasks.filter(({ name }) => asked.includes(name));
  const found = await Promise.all(meant.map((task) => task.names()));
  return found.filter((one) => one !== undefined);
}

async function stepsOf(tasks: readonly PipelineTaskNames[]): Promise<Candidate[]> {
  const found = await Promise.all(tasks.map(async (task) => {
    const steps = (await task.names())?.steps ?? [];
    return steps.map(({ name, text }) => ({ word: `${task.name}/${name}`, text }));
  }));
  return found.flat();
}

function groupOf({ named }: TypedWords): string {
  return named !== undefined && "path" in named ? named.path[0] : "";
}

function candidate({ name, text }: Described): Candidate {
  return { word: name, text };
}

/** `NAME=` first, then its values. */
function completeParam(typed: TypedWords, params: readonly NamedParam[]): Completed {
  const { current } = typed;
  const text = current.kind === "value" ? current.text : "";
  const equals = text.indexOf("=");
  if (equals < 0) {
    const given = (typed.flags.get("param") ?? []).map((one) => one.split("=")[0]);
    const open = params.filter(({ name, isArray }) => isArray || !given.includes(name));
    return { candidates: open.map(paramCandidate), isStart: true };
  }
  const param = params.find(({ name }) => name === text.slice(0, equals));
  const { values = [], default: otherwise } = param ?? {};
  const words = [...new Set([...otherwise === undefined ? [] : [otherwise], ...values])];
  const candidates = words.map((word) => ({
    word: `${param!.name}=${word}`,
    text: word === otherwise ? "default" : undefined,
  }));
  return { candidates, isOrdered: true };
}

function paramCandidate({ name, text, default: otherwise }: NamedParam): Candidate {
  const parts = [text ?? "", otherwise === undefined ? "required" : `default: ${otherwise}`];
  return { word: `${name}=`, text: parts.filter((part) => part !== "").join(", ") };
}
