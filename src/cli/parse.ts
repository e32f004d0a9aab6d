/** Parses argv into a Call. Pure. Every error is a UsageError. */
import { UsageError } from "../errors.ts";
import { HELP_COMMAND } from "./commands.ts";
import { Flags, isFlag, readFlags, takesNext } from "./flags.ts";
import { COMPLETING_COMMANDS } from "./shell_commands.ts";
import {
  type ArgSpec,
  commandsOf,
  type CommandSpec,
  findGroup,
  type FlagSpec,
  type GroupSpec,
  type Program,
  typed,
} from "./spec.ts";
import { suggest } from "./suggest.ts";

export { Flags };

export interface Call {
  readonly command: CommandSpec;
  /** By the ArgSpec's name: args.PIPELINE. */
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly flags: Flags;
  /** The words after `--`, for a command that takes them. */
  readonly rest: readonly string[];
  /** The error for an argument that is missing, if the command may ask for it. */
  readonly missing?: UsageError;
  /** With --help, arguments are not checked. helpAsked (help.ts) returns the text. */
  readonly help: boolean;
}

/** Parses `argv` (without the program's name). Only a group's name, or nothing, calls `help`. */
export function parse(argv: readonly string[], program: Program): Call {
  const completing = COMPLETING_COMMANDS.find(({ path }) => path[0] === argv[0]);
  if (completing !== undefined) return completingCall(completing, argv.slice(1));
  const { named, rest } = findNamed(argv, program);
  if (named === undefined && rest.includes("--version")) {
    return parse(["version", "--client", ...rest.filter((word) => word !== "--version")], program);
  }
  if (named === undefined || !("path" in named)) return helpCall(named, rest, program);
  const hint = `${typed(program, named)} --help`;
  const { flags, words, before } = readFlags(rest, named.flags, hint);
  if (flags.on("help")) return { command: named, args: {}, flags, rest: [], help: true };
  const own = named.takesCommand ? words.slice(0, before) : words;
  const { args, missing } = readArgs(own, { command: named, program, hint, flags });
  if (named === HELP_COMMAND) findTopic(args.COMMAND, program);
  return { command: named, args, flags, rest: words.slice(own.length), missing, help: false };
}

function completingCall(command: CommandSpec, words: readonly string[]): Call {
  return { command, args: {}, flags: new Flags([], new Map()), rest: words, help: false };
}

type Named = CommandSpec | GroupSpec | undefined;

/** Returns the command or group of `help WORDS`; undefined for the whole program. */
export function findTopic(words: string | undefined, program: Program): Named {
  return findNamed((words ?? "").split(" ").filter((word) => word !== ""), program).named;
}

/** Finds the command that argv names. Flags may come before and between its words. */
function findNamed(argv: readonly string[], program: Program): { named: Named; rest: string[] } {
  const first = takeWord(argv, program);
  if (first.word === undefined) return { named: undefined, rest: first.rest };
  const group = findGroup(program, first.word);
  if (group === undefined) {
    const alone = program.commands.filter(({ path }) => path.length === 1);
    const command = alone.find(({ path }) => path[0] === first.word);
    if (command !== undefined) return { named: command, rest: first.rest };
    const words = [...alone.map(({ path }) => path[0]), ...program.groups.map(({ name }) => name)];
    throw unknownCommand(first.word, { words, program });
  }
  const second = takeWord(first.rest, program);
  if (second.word === undefined) return { named: group, rest: second.rest };
  const commands = commandsOf(program, group);
  const command = commands.find(({ path }) => path[1] === second.word);
  if (command !== undefined) return { named: command, rest: second.rest };
  const words = commands.map(({ path }) => path[1]);
  throw unknownCommand(second.word, { words, program, group });
}

/** Takes the first word of argv that is neither a flag nor a flag's value. */
export function takeWord(
  argv: readonly string[],
  program: Program,
): { word: string | undefined; rest: string[] } {
  const flags = anyFlag(program);
  for (let at = 0; at < argv.length && argv[at] !== "--"; at++) {
    if (!isFlag(argv[at])) return { word: argv[at], rest: argv.toSpliced(at, 1) };
    if (takesNext(argv[at], flags)) at++;
  }
  return { word: undefined, rest: [...argv] };
}

/**
 * Returns the flags of all commands. A flag means the same in every command (a test checks this):
 * any of its specs serves. A letter of two flags, of which one takes a value (-f), has no meaning
 * before the command is known.
 */
export function anyFlag(program: Program): FlagSpec[] {
  const byName = new Map<string, FlagSpec>();
  const takesValue = new Map<string, Set<boolean>>();
  for (const spec of program.commands.flatMap((command) => command.flags)) {
    if (!byName.has(spec.name)) byName.set(spec.name, spec);
    if (spec.short === undefined) continue;
    const kinds = takesValue.get(spec.short) ?? new Set();
    takesValue.set(spec.short, kinds.add(spec.value !== undefined));
  }
  const isPlain = ({ short }: FlagSpec) => short === undefined || takesValue.get(short)?.size === 1;
  return [...byName.values()].map((spec) => isPlain(spec) ? spec : { ...spec, short: undefined });
}

/** Parses `tkn-dev` and `tkn-dev pipeline`, with or without flags. */
function helpCall(group: GroupSpec | undefined, rest: readonly string[], program: Program): Call {
  const here = typed(program, group);
  const hint = `${here} --help`;
  const { flags, words } = readFlags(rest, anyFlag(program), hint);
  if (words.length > 0) throw unknownCommand(words[0], { words: [], program, group });
  return { command: HELP_COMMAND, args: { COMMAND: group?.name }, flags, rest: [], help: false };
}

function unknownCommand(
  word: string,
  { words, program, group }: { words: string[]; program: Program; group?: GroupSpec },
): UsageError {
  const here = typed(program, group);
  const meant = suggest(word, words);
  return new UsageError(`Cannot run "${here} ${word}": no such command`, {
    hint: meant === undefined
      ? `${here} --help`
      : `did you mean ${here} ${meant}? See ${here} --help`,
  });
}

function readArgs(
  words: readonly string[],
  { command, program, hint, flags }: {
    command: CommandSpec;
    program: Program;
    hint: string;
    flags: Flags;
  },
): Pick<Call, "args" | "missing"> {
  const args: Record<string, string | undefined> = {};
  let missing: UsageError | undefined;
  const left = [...words];
  const lacking = ({ name }: ArgSpec) =>
    new UsageError(`Cannot run "${typed(program, command)}": ${name} is missing`, { hint });
  const noName = ({ name }: ArgSpec, word: string) =>
    new UsageError(`Cannot use "${word}" as ${name}: it is not a name`, { hint });
  for (const spec of command.args) {
    const mayLack = spec.optional ||
      spec.optionalWith?.some((name) => flags.given(name) && flags.text(name) !== "");
    if (mayLack && spec.named && isLeftOut(spec, command, left)) continue;
    if (spec.asked && isLeftOut(spec, command, left)) {
      missing = left.length === 0 ? lacking(spec) : noName(spec, left[0]);
      continue;
    }
    const value = spec.rest ? left.splice(0).join(" ") || undefined : left.shift();
    if (value === "") {
      throw new UsageError(`Cannot run "${typed(program, command)}": ${spec.name} is empty`, {
        hint: 'is a variable of the command line empty? "" is a word too',
      });
    }
    if (value === undefined && !spec.optional) throw lacking(spec);
    if (spec.named && value !== undefined && isPlainlyPath(value)) throw noName(spec, value);
    args[spec.name] = value;
  }
  if (left.length > 0) {
    const state = `one argument too many, after ${listed(command.args)}`;
    throw new UsageError(`Cannot read "${left[0]}": ${state}`, { hint });
  }
  return { args, missing };
}

/** Returns whether no word is left for the argument, or one that is plainly the next argument. */
export function isLeftOut(
  spec: ArgSpec,
  { args }: CommandSpec,
  [word]: readonly string[],
): boolean {
  return word === undefined || isPlainlyPath(word) && spec !== args.at(-1);
}

/** Returns whether the word is a path: no name on a cluster has a slash, or only dots. */
function isPlainlyPath(word: string): boolean {
  return word.includes("/") || /^\.+$/.test(word);
}

function listed(args: readonly ArgSpec[]): string {
  return args.length === 0 ? "the command" : args.map(({ name }) => name).join(" and ");
}
