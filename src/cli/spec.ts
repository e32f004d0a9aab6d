/** What the command line is made of, as data: types only. The data is in commands.ts. */

export interface FlagSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** The placeholder of its value, such as KEY=VALUE; absent: a boolean. */
  readonly value?: string;
  /** The value where it stands alone: then it takes no separate word, only --name=value. */
  readonly alone?: string;
  /** Each repetition adds a value, where otherwise the last one wins. */
  readonly many?: boolean;
  readonly default?: string | boolean;
  /** A newline in it is kept; elsewhere help wraps it. */
  readonly help: string;
}

export interface ArgSpec {
  /** In capitals, as usage shows it; the key in a Call's args. */
  readonly name: string;
  readonly optional?: boolean;
  /** Flags with which it may be left out: a first word that is plainly a path is then the next one's. */
  readonly optionalWith?: readonly string[];
  /** Takes every argument that is left, joined by a space. Only the last one may. */
  readonly rest?: boolean;
  readonly help: string;
}

export interface CommandSpec {
  /** Its words: ["pipeline", "upload"]. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly args: readonly ArgSpec[];
  /** Takes a command line of another program after `--`. */
  readonly takesCommand?: boolean;
  /** All of them, --help too. */
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly Example[];
}

export interface Example {
  readonly text: string;
  readonly command: string;
}

/** The first word of commands that have two. */
export interface GroupSpec {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
}

export interface ExitCode {
  readonly code: number;
  readonly meaning: string;
}

export interface Program {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly groups: readonly GroupSpec[];
  readonly commands: readonly CommandSpec[];
  readonly exitCodes: readonly ExitCode[];
}

/** "--name", "--name VALUE" or "--name[=VALUE]". */
export function typedFlag({ name, value, alone }: FlagSpec): string {
  if (value === undefined) return `--${name}`;
  return alone === undefined ? `--${name} ${value}` : `--${name}[=${value}]`;
}

/** What a person types for it: "tkn-dev pipeline upload". */
export function typed(program: Program, spec?: CommandSpec | GroupSpec): string {
  if (spec === undefined) return program.name;
  return [program.name, ...("path" in spec ? spec.path : [spec.name])].join(" ");
}

export function findGroup(program: Program, word: string): GroupSpec | undefined {
  return program.groups.find((group) => group.name === word || group.aliases.includes(word));
}

export function commandsOf(program: Program, group: GroupSpec): CommandSpec[] {
  return program.commands.filter((command) =>
    command.path.length > 1 && command.path[0] === group.name
  );
}
