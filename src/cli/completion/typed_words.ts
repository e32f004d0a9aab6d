/** Reads an unfinished command line, up to the meaning of its last word. Pure. */
import { isFlag, type Occurrence, occurrences, takesWord } from "../flags.ts";
import { anyFlag, isLeftOut, takeWord } from "../parse.ts";
import {
  type ArgSpec,
  commandsOf,
  type CommandSpec,
  findGroup,
  type FlagSpec,
  type GroupSpec,
  type Program,
} from "../spec.ts";

/** Command lines that are unfinished or wrong are read as far as they make sense. */
export interface TypedWords {
  /** The command or group; undefined if there is no word yet, or an unknown one. */
  readonly named?: CommandSpec | GroupSpec;
  readonly args: readonly string[];
  /** The values by the flags' long names: "true" for a boolean. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly current: CurrentWord;
}

export type CurrentWord =
  /** The first word of a command, or the second if the first is a group. */
  | { readonly kind: "command"; readonly group?: GroupSpec; readonly text: string }
  | { readonly kind: "flag"; readonly text: string; readonly specs: readonly FlagSpec[] }
  | {
    readonly kind: "value";
    readonly spec: FlagSpec;
    /** The text before the value in the same word: "--eol=", "-p". */
    readonly before: string;
    readonly text: string;
  }
  | { readonly kind: "argument"; readonly spec: ArgSpec; readonly text: string }
  /** Nothing completes it. */
  | { readonly kind: "unknown" };

/** `words` are those after the program's name; the last one is completed, and may be "". */
export function readTypedWords(words: readonly string[], program: Program): TypedWords {
  const before = words.slice(0, -1);
  const text = words.at(-1) ?? "";
  const found = findCommand(before, program);
  const { named, rest } = found;
  const [command, group] = named === undefined || "path" in named ? [named] : [, named];
  const specs = command?.flags ?? anyFlag(program);
  const { args, flags, waiting, isAfterDashes } = readBefore(rest, specs);
  const argument = (): CurrentWord => {
    if (found.isUnknown) return { kind: "unknown" };
    if (command === undefined) return { kind: "command", group, text };
    if (isAfterDashes && command.takesCommand) return { kind: "unknown" };
    const spec = nextArgument(command, args, flags);
    return spec === undefined ? { kind: "unknown" } : { kind: "argument", spec, text };
  };
  const current = waiting !== undefined
    ? { kind: "value", spec: waiting, before: "", text } as const
    : isAfterDashes || !text.startsWith("-")
    ? argument()
    : flagOrValue(text, specs);
  return { named, args, flags, current };
}

/** Like findNamed of parse.ts, for words that may be wrong or missing. */
function findCommand(words: readonly string[], program: Program): {
  named?: CommandSpec | GroupSpec;
  rest: readonly string[];
  isUnknown?: boolean;
} {
  const first = takeWord(words, program);
  if (first.word === undefined) return { rest: words };
  const group = findGroup(program, first.word);
  if (group === undefined) {
    const named = program.commands.find(({ path }) => path.length === 1 && path[0] === first.word);
    return { named, rest: first.rest, isUnknown: named === undefined };
  }
  const second = takeWord(first.rest, program);
  if (second.word === undefined) return { named: group, rest: second.rest };
  const named = commandsOf(program, group).find(({ path }) => path[1] === second.word);
  return { named, rest: second.rest, isUnknown: named === undefined };
}

function readBefore(words: readonly string[], specs: readonly FlagSpec[]) {
  const args: string[] = [];
  const flags = new Map<string, string[]>();
  let waiting: FlagSpec | undefined;
  let isAfterDashes = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === "--") {
      args.push(...words.slice(at + 1));
      isAfterDashes = true;
      break;
    }
    if (!isFlag(word)) {
      args.push(word);
      continue;
    }
    for (const { spec, value } of known(word, specs)) {
      const isNext = value === undefined && takesWord(spec);
      const next = isNext ? words[++at] : value ?? spec.alone ?? "true";
      if (next === undefined) waiting = spec;
      else flags.set(spec.name, [...flags.get(spec.name) ?? [], next]);
    }
  }
  return { args, flags, waiting, isAfterDashes };
}

function flagOrValue(text: string, specs: readonly FlagSpec[]): CurrentWord {
  const last = known(text, specs).at(-1);
  if (last?.value === undefined) return { kind: "flag", text, specs };
  const { spec, value } = last;
  return { kind: "value", spec, before: text.slice(0, text.length - value.length), text: value };
}

/** Nothing for a word with an unknown flag. */
function known(word: string, specs: readonly FlagSpec[]): Occurrence[] {
  if (!isFlag(word)) return [];
  try {
    return occurrences(word, specs, "");
  } catch {
    return []; // the error is for a finished command line
  }
}

/** The argument that the next word is. Like readArgs of parse.ts. */
function nextArgument(
  command: CommandSpec,
  args: readonly string[],
  flags: ReadonlyMap<string, unknown>,
): ArgSpec | undefined {
  const left = [...args];
  for (const spec of command.args) {
    const mayLack = spec.optionalWith?.some((name) => flags.has(name)) ?? false;
    if (mayLack && isLeftOut(spec, command, left)) continue;
    if (spec.optional && spec.named && left.length > 0 && isLeftOut(spec, command, left)) continue;
    if (spec.asked && left.length > 0 && isLeftOut(spec, command, left)) continue;
    if (left.length === 0 || spec.rest) return spec;
    left.shift();
  }
  return undefined;
}
