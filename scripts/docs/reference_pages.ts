/** The pages of docs/reference, a page per command, from the spec of the command line. Pure. */
import { exitCodesTable, flagsTable } from "../../src/cli/markdown.ts";
import {
  commandsOf,
  type CommandSpec,
  findGroup,
  type Program,
  typed,
} from "../../src/cli/spec.ts";
import { ENVIRONMENT, FILES } from "./environment.ts";

/** The line length that `deno fmt` wraps prose at. */
const COLUMNS = 100;

const GENERATED = "<!-- Generated from src/cli by scripts/update_docs.ts; run: deno task docs -->";

/** The text of each page by its file name. */
export function referencePages(program: Program): Map<string, string> {
  const pages = program.commands.map((command): [string, string] => [
    pageName(command),
    commandPage(command, program),
  ]);
  return new Map([["README.md", indexPage(program)], ...pages]);
}

/** The usage line without the program's name: "pipeline upload PIPELINE [DIR] [flags]". */
export function usageOf(command: CommandSpec, flags = "[flags]"): string {
  const args = command.args.map(({ name, optional, rest }) => {
    const shown = rest ? `${name}...` : name;
    return optional ? `[${shown}]` : shown;
  });
  const after = command.takesCommand ? ["--", "COMMAND"] : [];
  return [...command.path, ...args, ...(flags === "" ? [] : [flags]), ...after].join(" ");
}

function pageName({ path }: CommandSpec): string {
  return `${path.join("-")}.md`;
}

function indexPage(program: Program): string {
  const groups = program.groups.map((group) => ({
    title: `${group.summary}: \`${group.name}\` (${
      group.aliases.map((a) => `\`${a}\``).join(", ")
    })`,
    commands: commandsOf(program, group),
  }));
  const others = program.commands.filter(({ path }) => path.length === 1);
  const sections = [...groups, { title: "Other commands", commands: others }];
  return joined([
    "# Command reference",
    GENERATED,
    wrap(`${program.summary}. ${program.description}`),
    wrap(
      "`tkn-dev COMMAND --help` prints the same text; [tkn-dev.1](tkn-dev.1) is a man page. A flag " +
        "is written as in kubectl and tkn: `--name value`, `--name=value`, `-n value`, `-nvalue`, " +
        "and `--flag=false` for a boolean. [Flags of tkn](tkn-flags.md) compares the flags of " +
        "`tkn pipeline start` and `tkn task start` with the same flags here. " +
        "[Events](events.md) describes the output of `--events`. " +
        "[Compatibility](compatibility.md) has the clusters that were tried.",
    ),
    ...sections.flatMap(({ title, commands }) => [
      `## ${title}`,
      commands.map((command) =>
        item(`[\`${usageOf(command, "")}\`](${pageName(command)}): ${lowerFirst(command.summary)}`)
      ).join("\n"),
    ]),
    "## Exit codes",
    exitCodesTable(program.exitCodes).trimEnd(),
    "## Environment",
    ENVIRONMENT.map(({ name, text }) => item(`\`${name}\`: ${text}`)).join("\n"),
    "## Files",
    FILES.map(({ name, text }) => item(`\`${name}\`: ${text}`)).join("\n"),
  ]);
}

function commandPage(command: CommandSpec, program: Program): string {
  const { summary, description, args, flags, examples } = command;
  return joined([
    `# ${typed(program, command)}`,
    GENERATED,
    wrap(`${summary}.`),
    ...(description === undefined ? [] : [wrap(escaped(description))]),
    fenced("text", `${program.name} ${usageOf(command)}`),
    ...aliasLine(command, program),
    ...(args.length === 0 ? [] : [
      "## Arguments",
      args.map(({ name, help }) => item(`\`${name}\`: ${help}`)).join("\n"),
    ]),
    ...(examples.length === 0 ? [] : [
      "## Examples",
      "<!-- not run: the Pipeline, the Task, the run and the files stand for yours -->",
      fenced(
        "console",
        examples.map(({ text, command }) => `# ${text}\n$ ${command}`).join("\n\n"),
      ),
    ]),
    "## Flags",
    flagsTable({ ...command, flags }).trimEnd(),
    "[All commands](README.md)",
  ]);
}

function aliasLine({ path: [first, ...rest] }: CommandSpec, program: Program): string[] {
  const aliases = findGroup(program, first)?.aliases ?? [];
  if (rest.length === 0 || aliases.length === 0) return [];
  const names = aliases.map((alias) => `\`${[program.name, alias, ...rest].join(" ")}\``);
  return [wrap(`The same: ${names.join(", ")}.`)];
}

function joined(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function item(text: string): string {
  return wrap(text, COLUMNS - 2).split("\n").map((line, at) => (at === 0 ? "- " : "  ") + line)
    .join("\n");
}

/** Escapes what Markdown would read as markup, outside of backquotes. */
function escaped(text: string): string {
  return text.split(/(`[^`]*`)/).map((part) =>
    part.startsWith("`") ? part : part.replace(/[*_<]/g, "\\$&")
  ).join("");
}

function wrap(text: string, columns = COLUMNS): string {
  const lines: string[] = [];
  for (const word of wordsOf(text)) {
    const longer = lines.length === 0 ? undefined : `${lines.at(-1)} ${word}`;
    if (longer !== undefined && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** Words; code in backquotes, and a link's text, is one. */
function wordsOf(text: string): string[] {
  return text.match(/(?:`[^`]*`|\[[^\]]*\]|\S)+/g) ?? [];
}

function lowerFirst(text: string): string {
  return text[0].toLowerCase() + text.slice(1);
}
