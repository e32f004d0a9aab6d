/** Chooses the run or definition of the files that a command is about. Pure. */
import { UsageError } from "../../errors.ts";
import type { Run, RunKind } from "../../tekton/model.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import type { LocalObjects, LocalRun } from "../manifests/read_objects.ts";

/** Returns `build` for both a name and the generateName `build-`. */
export function shortName({ metadata: { name, generateName } }: Run): string {
  return name ?? generateName?.replace(/-+$/, "") ?? "run";
}

/** Returns the run of that kind and name, or the only one. Throws UsageError. */
export function chooseRun(
  { runs, definitions }: LocalObjects,
  { kind, name, paths }: { kind: RunKind; name?: string; paths: readonly string[] },
): LocalRun {
  const given = flagsOf(paths);
  const fitting = runs.filter(({ run }) => run.kind === kind);
  const names = fitting.map(({ run }) => shortName(run)).join(", ");
  const noun = kind.toLowerCase();
  if (fitting.length === 0) {
    const other = kind === "PipelineRun" ? "TaskRun" : "PipelineRun";
    const definition = kind === "PipelineRun" ? "Pipeline" : "Task";
    const hint = runs.length > 0
      ? `it has a ${other}: tkn-dev ${other.toLowerCase()} upload ${given}`
      : definitions.of(definition).length > 0
      ? `it has a ${definition}: tkn-dev ${definition.toLowerCase()} upload ${given}`
      : `a file with kind: ${kind}`;
    const what = `Cannot find a ${kind} in "${paths.join('", "')}"`;
    throw new UsageError(`${what}: it has no such object`, { hint });
  }
  if (name === undefined) {
    if (fitting.length === 1) return fitting[0];
    throw new UsageError(`Cannot choose a ${kind} of "${paths.join('", "')}": it has several`, {
      hint: `name one, as in tkn-dev ${noun} upload ${given} ${shortName(fitting[0].run)} .; ` +
        `they are: ${names}`,
    });
  }
  const found = fitting.filter(({ run }) => shortName(run) === name);
  if (found.length === 1) return found[0];
  const state = found.length === 0 ? "no run has this name" : "several runs have this name";
  throw new UsageError(`Cannot find ${kind} "${name}" in "${paths.join('", "')}": ${state}`, {
    hint: `its ${noun}s: ${names}; a directory to upload is ./${name}`,
  });
}

/** Returns the name of the only definition of the kind, if none is given. Throws UsageError. */
export function chooseDefinition(
  { definitions, runs }: LocalObjects,
  kind: "Pipeline" | "Task",
  paths: readonly string[],
): string {
  const found = definitions.of(kind);
  const [{ object, from } = { object: undefined, from: "" }] = found;
  if (found.length === 1 && object?.metadata.name) return object.metadata.name;
  if (found.length === 1) {
    throw new UsageError(`Cannot start the ${kind} of "${from}": it has no metadata.name`, {
      hint: "the run's name begins with it",
    });
  }
  const noun = kind.toLowerCase();
  if (found.length > 1) {
    const names = found.map(({ object }) => object.metadata.name).join(", ");
    throw new UsageError(`Cannot choose a ${kind} of "${paths.join('", "')}": it has several`, {
      hint: `name one of: ${names}`,
    });
  }
  const run = runs.find(({ run }) => run.kind === `${kind}Run`);
  throw new UsageError(`Cannot find a ${kind} in "${paths.join('", "')}": it has no such object`, {
    hint: run === undefined
      ? `name one of the cluster as ${kind.toUpperCase()}, beside ${flagsOf(paths)}`
      : `it has a ${kind}Run: tkn-dev ${noun}run upload ${flagsOf(paths)}`,
  });
}

export function flagsOf(paths: readonly string[]): string {
  return paths.map((path) => `-f ${shellWord(path)}`).join(" ");
}
