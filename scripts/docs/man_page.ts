/** The man page tkn-dev(1), from the spec of the command line: groff's man macros. Pure. */
import { flagText } from "../../src/cli/help.ts";
import {
  type CommandSpec,
  type FlagSpec,
  type Program,
  shownFlags,
  typedFlag,
} from "../../src/cli/spec.ts";
import { ENVIRONMENT, FILES, type Named } from "./environment.ts";
import { usageOf } from "./reference_pages.ts";

export function manPage(program: Program, version: string): string {
  const { name, summary, description, commands, exitCodes } = program;
  return [
    `.\\" Generated from src/cli by scripts/update_docs.ts; run: deno task docs`,
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    ".SH NAME",
    `${roff(name)} \\- ${roff(summary)}`,
    ".SH SYNOPSIS",
    `.B ${roff(name)}`,
    ".I COMMAND",
    "[flags]",
    ".SH DESCRIPTION",
    roff(`${summary}. ${description}`),
    ".SH COMMANDS",
    ...commands.flatMap((command) => commandText(command, name)),
    ".SH EXIT STATUS",
    ...exitCodes.flatMap(({ code, meaning }) => [".TP", `.B ${code}`, roff(meaning)]),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(named),
    ".SH FILES",
    ...FILES.flatMap(named),
    ".SH SEE ALSO",
    ".BR kubectl (1),",
    ".BR tkn (1),",
    ".BR gitignore (5)",
    "",
  ].join("\n");
}

function commandText(command: CommandSpec, program: string): string[] {
  const { summary, description, args, flags, examples } = command;
  return [
    `.SS ${roff(`${program} ${usageOf(command)}`)}`,
    roff(`${summary}.`),
    ...(description === undefined ? [] : [".PP", roff(description.replaceAll("`", ""))]),
    ...args.flatMap(({ name, help }) => [".TP", `.I ${roff(name)}`, ...texts(help)]),
    ...shownFlags(flags).flatMap((flag) => [".TP", `.B ${term(flag)}`, ...texts(flagText(flag))]),
    ...examples.flatMap(({ text, command }) => [
      ".PP",
      roff(`${text}:`),
      ".PP",
      ".nf",
      ".RS",
      ...command.split("\n").map(roff),
      ".RE",
      ".fi",
    ]),
  ];
}

function term(flag: FlagSpec): string {
  const long = roff(typedFlag(flag));
  return flag.short === undefined ? long : `${roff(`-${flag.short}`)}, ${long}`;
}

function named({ name, text }: Named): string[] {
  return [".TP", `.B ${roff(name)}`, roff(text)];
}

/** A text whose line breaks are kept. */
function texts(text: string): string[] {
  return text.split("\n").flatMap((line, at) => at === 0 ? [roff(line)] : [".br", roff(line)]);
}

/** Text that roff prints as it is. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}
