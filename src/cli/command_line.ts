/** A command line in parts, from which its words can be written again. Pure. */
import { isFlag } from "./flags.ts";
import type { Call } from "./parse.ts";
import type { FlagSpec } from "./spec.ts";

export interface GivenFlag {
  readonly spec: FlagSpec;
  readonly values: readonly string[];
}

export interface CommandLine {
  /** The words of the command: ["pipeline", "upload"]. */
  readonly path: readonly string[];
  readonly args: readonly string[];
  readonly flags: readonly GivenFlag[];
}

export function commandLineOf({ command, args, flags }: Call): CommandLine {
  const given = command.args.flatMap(({ name }) => args[name] ?? []);
  return { path: command.path, args: given, flags: flags.all() };
}

/** Returns the words without the program's name. `parse` makes the same call of them. */
export function wordsOf({ path, args, flags }: CommandLine): string[] {
  const ofFlags = flags.flatMap(({ spec, values }) =>
    values.flatMap((one) => flagWords(spec, one))
  );
  return args.some(isFlag) ? [...path, ...ofFlags, "--", ...args] : [...path, ...args, ...ofFlags];
}

function flagWords({ name, short, value, alone, default: otherwise }: FlagSpec, given: string) {
  if (value === undefined) {
    return given === "true" && otherwise !== true ? [`--${name}`] : [`--${name}=${given}`];
  }
  if (alone !== undefined) return [given === alone ? `--${name}` : `--${name}=${given}`];
  return [short === undefined ? `--${name}` : `-${short}`, given];
}

/** Returns the line with this value in place of all values of the flag. */
export function withFlag(line: CommandLine, spec: FlagSpec, value: string): CommandLine {
  const others = line.flags.filter((flag) => flag.spec.name !== spec.name);
  return { ...line, flags: [...others, { spec, values: [value] }] };
}
