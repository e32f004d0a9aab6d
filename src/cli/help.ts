/** Help as text: 80 columns, aligned. Pure. */
import { HELP_COMMAND } from "./commands.ts";
import { type Call, findTopic } from "./parse.ts";
import {
  commandsOf,
  type CommandSpec,
  type FlagSpec,
  type GroupSpec,
  type Program,
  shownFlags,
  typed,
  typedFlag,
} from "./spec.ts";

const COLUMNS = 80;

/** Returns the help that `help` or --help asks for; undefined for a call of a command. */
export function helpAsked(call: Call, program: Program): string | undefined {
  if (call.help) return help(call.command, program);
  if (call.command !== HELP_COMMAND) return undefined;
  return help(findTopic(call.args.COMMAND, program) ?? program, program);
}

/** Returns a text that ends with a newline. */
export function help(spec: CommandSpec | GroupSpec | Program, program: Program): string {
  if ("commands" in spec) return programHelp(spec);
  return "path" in spec ? commandHelp(spec, program) : groupHelp(spec, program);
}

function programHelp(program: Program): string {
  const rows = program.commands.map((command): Row => [usage(command), command.summary]);
  const codes = program.exitCodes.map(({ code, meaning }): Row => [`${code}`, meaning]);
  return sections([
    [program.summary, "", ...wrap(program.description, COLUMNS)],
    ["Usage:", `  ${program.name} COMMAND [flags]`],
    ["Commands:", ...table(rows)],
    ["Exit codes:", ...table(codes)],
    [`${program.name} COMMAND --help describes a command.`],
  ]);
}

function groupHelp(group: GroupSpec, program: Program): string {
  const here = typed(program, group);
  const rows = commandsOf(program, group)
    .map((command): Row => [usage(command, command.path.slice(1)), command.summary]);
  return sections([
    [group.summary],
    ["Usage:", `  ${here} COMMAND [flags]`],
    ["Aliases:", `  ${[group.name, ...group.aliases].join(", ")}`],
    ["Commands:", ...table(rows)],
    [`${here} COMMAND --help describes a command.`],
  ]);
}

function commandHelp(command: CommandSpec, program: Program): string {
  const { summary, description, args, flags, examples } = command;
  return sections([
    [summary, ...(description === undefined ? [] : ["", ...wrap(description, COLUMNS)])],
    ["Usage:", `  ${program.name} ${usage(command)} [flags]`],
    section("Arguments:", table(args.map(({ name, help }): Row => [name, help]))),
    section("Examples:", examples.flatMap(example)),
    section(
      "Flags:",
      table(shownFlags(flags).map((flag): Row => [flagTerm(flag), flagText(flag)])),
    ),
  ]);
}

function usage(command: CommandSpec, words: readonly string[] = command.path): string {
  const args = command.args.map(({ name, optional, rest }) => {
    const shown = rest ? `${name}...` : name;
    return optional ? `[${shown}]` : shown;
  });
  const after = command.takesCommand ? ["--", "COMMAND"] : [];
  return [...words, ...args, ...after].join(" ");
}

function flagTerm(flag: FlagSpec): string {
  const letter = flag.short === undefined ? "    " : `-${flag.short}, `;
  return letter + typedFlag(flag);
}

/** Returns the flag's help with its default. */
export function flagText({ help, default: otherwise }: FlagSpec): string {
  return otherwise === undefined ? help : `${help} (default: ${otherwise})`;
}

function example({ text, command }: { text: string; command: string }, at: number): string[] {
  const comment = wrap(text, COLUMNS - 4).map((line) => `  # ${line}`);
  return [...(at === 0 ? [] : [""]), ...comment, ...command.split("\n").map((line) => `  ${line}`)];
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** Joins sections, without the empty ones. */
function sections(all: string[][]): string {
  return all.filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(""))
    .join("\n");
}

type Row = readonly [term: string, text: string];

/** Renders two columns, indented by two: terms, and texts wrapped in the rest of the line. */
function table(rows: readonly Row[]): string[] {
  const width = Math.max(0, ...rows.map(([term]) => term.length));
  return rows.flatMap(([term, text]) => {
    const lines = wrap(text, COLUMNS - 2 - width - 2);
    return lines.map((line, at) => `  ${(at === 0 ? term : "").padEnd(width)}  ${line}`.trimEnd());
  });
}

/** Wraps a text to `width` columns, unless a word is wider. Keeps newlines. */
function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(" ")) {
      const longer = lines.length === 0 ? undefined : `${lines.at(-1)} ${word}`;
      if (longer !== undefined && longer.length <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}
