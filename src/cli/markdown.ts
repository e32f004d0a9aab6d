/** The spec as Markdown tables for README.md, formatted as by `deno fmt`. Pure. */
import { flagText } from "./help.ts";
import { type CommandSpec, type ExitCode, type FlagSpec, shownFlags, typedFlag } from "./spec.ts";

export function flagsTable(spec: CommandSpec): string {
  return markdownTable(
    ["Flag", "Meaning"],
    shownFlags(spec.flags).map((flag) => [term(flag), text(flag)]),
  );
}

export function exitCodesTable(codes: readonly ExitCode[]): string {
  return markdownTable(["Code", "Meaning"], codes.map(({ code, meaning }) => [`${code}`, meaning]));
}

function term(flag: FlagSpec): string {
  const { short } = flag;
  const long = typedFlag(flag);
  return short === undefined ? `\`${long}\`` : `\`-${short}\`, \`${long}\``;
}

function text(flag: FlagSpec): string {
  return flagText(flag).split("\n").map(escaped).join("<br>");
}

/** Renders a line like `key=value` as code; escapes Markdown in every other line. */
function escaped(line: string): string {
  if (/^\w+=\S*$/.test(line)) return `\`${line}\``;
  return line.replace(/[|*_<]/g, "\\$&");
}

function markdownTable(head: readonly string[], rows: readonly string[][]): string {
  const widths = head.map((cell, at) =>
    Math.max(cell.length, ...rows.map((row) => row[at].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |\n`;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}
