/** The command line of a run that starts: shown after questions, and remembered for `again`. */
import { type CommandLine, commandLineOf, wordsOf } from "../../cli/command_line.ts";
import type { Answers } from "../../cli/answers.ts";
import { PROGRAM } from "../../cli/commands.ts";
import { type Call, parse } from "../../cli/parse.ts";
import type { CommandSpec } from "../../cli/spec.ts";
import type { Host } from "../../host.ts";
import { joined, type Printable, printable } from "../../printable.ts";
import type { RunKind } from "../../tekton/model.ts";
import { shellWord } from "../../view/text/shell_word.ts";

/** A command line, and what it is about. */
export interface TypedLine {
  readonly line: CommandLine;
  /** As the user named it. */
  readonly directory: string;
  /** Whether the directory is uploaded. */
  readonly isUpload: boolean;
  /** False with --no-remember, and for a line with a password. */
  readonly isRemembered: boolean;
}

/** `directory` is the uploaded one. Pure. */
export function typedLine(call: Call, directory: string | undefined, isUpload = true): TypedLine {
  const line = commandLineOf(call);
  return {
    line,
    directory: directory ?? ".",
    isUpload,
    isRemembered: !call.flags.on("no-remember") && !line.flags.some(({ spec }) => spec.isSecret),
  };
}

/** Returns the line with answers to its questions: a name that was missing comes first. Pure. */
export function withAnswers(line: CommandLine, answers: Answers): CommandLine {
  const { path, args, flags } = line;
  const ofFlags = wordsOf({ path: [], args: [], flags });
  return commandLineOf(parse([...path, ...answers, ...ofFlags, "--", ...args], PROGRAM));
}

/** Returns the line that starts this run of a file, in place of `upload`. Pure. */
export function fileLine(
  { flags }: CommandLine,
  { kind, name, from, directory }: {
    kind: RunKind;
    name: string;
    from: string;
    directory: string;
  },
): CommandLine {
  const { path, flags: known } = findCommand([kind.toLowerCase(), "upload"]);
  const given = flags.filter(({ spec }) => known.some(({ name }) => name === spec.name));
  const filename = known.find(({ name }) => name === "filename")!;
  return { path, args: [name, directory], flags: [{ spec: filename, values: [from] }, ...given] };
}

function findCommand(path: readonly string[]): CommandSpec {
  return PROGRAM.commands.find((command) => command.path.join(" ") === path.join(" "))!;
}

/** After questions: the user can copy the line. */
export function printWithoutQuestions({ terminal }: Host, line: CommandLine): void {
  terminal.err(joined([printable`The same without questions:\n`, shellLine(line), printable`\n`]));
}

/**
 * Returns the line as a shell reads it, in one line: `tkn-dev pipeline upload greet`. In place of a
 * password is the placeholder of its flag. Pure.
 */
export function shellLine(line: CommandLine): Printable {
  const flags = line.flags.map(({ spec, values }) => ({
    spec,
    values: spec.isSecret ? [spec.value!] : values,
  }));
  const all = ["tkn-dev", ...wordsOf({ ...line, flags })];
  const words = all.map((word) => printable`${shellWord(word)}`);
  return joined(words, " ");
}
