/** Completes the last word of a command line. Pure, except for the lookups of Names. */
import { CLUSTER, HELP } from "../shared_flags.ts";
import {
  commandsOf,
  type Completion,
  findGroup,
  type FlagSpec,
  type GroupSpec,
  type Program,
} from "../spec.ts";
import { completeBinding } from "./bindings.ts";
import type { Candidate, Completed } from "./completed.ts";
import { lookUp } from "./look_up.ts";
import type { Names, TypedCluster } from "./names.ts";
import { type CurrentWord, readTypedWords, type TypedWords } from "./typed_words.ts";

export type NamesOf = (cluster: TypedCluster) => Names;

const NOTHING: Completed = { candidates: [] };

/** `words` are those after the program's name; the last one is completed, and may be "". */
export async function complete(
  words: readonly string[],
  program: Program,
  namesOf: NamesOf,
): Promise<Completed> {
  const typed = readTypedWords(words, program);
  const { current } = typed;
  const found = await ofCurrent(typed, program, namesOf);
  const start = current.kind === "value" ? current.before + current.text : textOf(current);
  return { ...found, candidates: found.candidates.filter(({ word }) => word.startsWith(start)) };
}

function textOf(current: Exclude<CurrentWord, { kind: "value" }>): string {
  return current.kind === "unknown" ? "" : current.text;
}

async function ofCurrent(
  typed: TypedWords,
  program: Program,
  namesOf: NamesOf,
): Promise<Completed> {
  const { current } = typed;
  switch (current.kind) {
    case "command":
      return { candidates: commandWords(program, current.group) };
    case "flag":
      return { candidates: flagWords(typed, current.specs) };
    case "argument":
      return await ofValue(current.spec.completion, typed, { program, namesOf });
    case "value": {
      const { spec, before } = current;
      const found = await ofValue(completionOf(spec), typed, { program, namesOf });
      const candidates = found.candidates.map((one) => ({ ...one, word: before + one.word }));
      return { ...found, candidates };
    }
    case "unknown":
      return NOTHING;
  }
}

async function ofValue(
  completion: Completion | undefined,
  typed: TypedWords,
  { program, namesOf }: { program: Program; namesOf: NamesOf },
): Promise<Completed> {
  if (completion === undefined) return NOTHING;
  if (typeof completion !== "string") {
    return { candidates: completion.map((word) => ({ word })), isOrdered: true };
  }
  switch (completion) {
    case "files":
    case "directories":
      return { candidates: [], files: completion };
    case "commands":
      return { candidates: topics(program, typed.args) };
    default: {
      const names = namesOf({
        namespace: typed.flags.get("namespace")?.at(-1),
        context: typed.flags.get("context")?.at(-1),
        kubeconfig: typed.flags.get("kubeconfig")?.at(-1),
        as: typed.flags.get("as")?.at(-1),
        asGroups: typed.flags.get("as-group"),
      });
      return completion === "workspace bindings"
        ? await completeBinding(typed, names)
        : await lookUp(completion, typed, names);
    }
  }
}

/** A boolean's value comes only after "=". */
function completionOf({ completion, value }: FlagSpec): Completion | undefined {
  if (completion !== undefined) return completion;
  if (value === undefined) return ["true", "false"];
  return value === "FILE" ? "files" : value === "DIR" ? "directories" : undefined;
}

/** The first words, or the verbs of a group. */
function commandWords(program: Program, group?: GroupSpec): Candidate[] {
  if (group !== undefined) {
    return commandsOf(program, group).map(({ path, summary }) => ({
      word: path[1],
      text: summary,
    }));
  }
  const alone = program.commands.filter(({ path }) => path.length === 1);
  return [
    ...program.groups.map(({ name, summary }) => ({ word: name, text: summary })),
    ...alone.map(({ path, summary }) => ({ word: path[0], text: summary })),
  ];
}

/** The next words of `help`. */
function topics(program: Program, args: readonly string[]): Candidate[] {
  if (args.length === 0) return commandWords(program);
  const group = findGroup(program, args[0]);
  return group === undefined || args.length > 1 ? [] : commandWords(program, group);
}

/** The flags that may still be given; without a command, those that all cluster commands have. */
function flagWords({ named, flags }: TypedWords, specs: readonly FlagSpec[]): Candidate[] {
  const isCommand = named !== undefined && "path" in named;
  const offered = (isCommand ? specs : [...CLUSTER, HELP])
    .filter(({ name, many, isHidden }) => !isHidden && (many || !flags.has(name)));
  return [...offered.flatMap(wordsOfFlag), ...(named === undefined ? [VERSION] : [])];
}

const VERSION: Candidate = { word: "--version", text: "show the version of tkn-dev" };

function wordsOfFlag(spec: FlagSpec): Candidate[] {
  const { name, value, alone, default: otherwise, completion } = spec;
  const text = spec.help.split("\n")[0];
  if (value === undefined && otherwise === true) return [{ word: `--${name}=false`, text }];
  const word = { word: `--${name}`, text };
  if (alone === undefined || typeof completion !== "object") return [word];
  const others = completion.filter((one) => one !== alone);
  return [word, ...others.map((one) => ({ word: `--${name}=${one}`, text }))];
}
