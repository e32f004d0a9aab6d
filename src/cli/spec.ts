/** The types of the command line's spec. The spec itself is in commands.ts. */

export interface FlagSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Other long names of the flag, which help does not show. */
  readonly aliases?: readonly string[];
  /** Whether help and the reference leave the flag out. */
  readonly isHidden?: boolean;
  /** The placeholder of the value, such as KEY=VALUE. A flag without it is a boolean. */
  readonly value?: string;
  /** Whether the value is a password: it is neither remembered nor shown. */
  readonly isSecret?: boolean;
  /** The value of the flag alone. Such a flag takes a value only as --name=value. */
  readonly alone?: string;
  /** Whether repetitions add values. Without it, the last value wins. */
  readonly many?: boolean;
  readonly default?: string | boolean;
  /** Completes the value. Default: files for a FILE, directories for a DIR, else nothing. */
  readonly completion?: Completion;
  /** Keeps its newlines; `help` wraps the rest. */
  readonly help: string;
}

/** The words that a value may be, or a kind of name that completion looks up. */
export type Completion = readonly string[] | Lookup;

export type Lookup =
  | "files"
  | "directories"
  | "contexts"
  | "namespaces"
  | "service accounts"
  | "pipelines"
  | "tasks"
  /** The runs of the command's kind. */
  | "runs"
  | "held runs"
  /** Names in the run that the user typed. */
  | "tasks of the run"
  | "steps of the run"
  /** The held steps of the run that is typed. */
  | "held steps"
  /** From here on, of the Pipeline or Task that is typed. */
  | "params"
  | "workspace bindings"
  | "results"
  | "tasks of the pipeline"
  | "steps"
  | "task/step"
  | "task or task/step"
  | "workspaces of the task"
  /** The words of a command, for help. */
  | "commands";

export interface ArgSpec {
  /** In capitals, as usage shows it. The key in a Call's args. */
  readonly name: string;
  readonly optional?: boolean;
  /** Whether it is the name of an object on the cluster, so that a path is a mistake. */
  readonly named?: boolean;
  /** Flags with which it may be left out. A first word that is a path is then the next argument. */
  readonly optionalWith?: readonly string[];
  /** Whether it may be left out because the command asks for it on a terminal. */
  readonly asked?: boolean;
  /** Whether it takes all remaining arguments, joined by spaces. Only for the last argument. */
  readonly rest?: boolean;
  readonly completion?: Completion;
  readonly help: string;
}

export interface CommandSpec {
  /** Its words: ["pipeline", "upload"]. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly args: readonly ArgSpec[];
  /** Whether it takes another program's command line after `--`. */
  readonly takesCommand?: boolean;
  /** Including --help. */
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

/** Returns the flags that help and the reference show. */
export function shownFlags(flags: readonly FlagSpec[]): FlagSpec[] {
  return flags.filter(({ isHidden }) => !isHidden);
}

/** Returns whether the name, without dashes, is one of the flag's long names. */
export function isNamed({ name, aliases = [] }: FlagSpec, asked: string): boolean {
  return name === asked || aliases.includes(asked);
}

/** Returns "--name", "--name VALUE" or "--name[=VALUE]". */
export function typedFlag({ name, value, alone }: FlagSpec): string {
  if (value === undefined) return `--${name}`;
  return alone === undefined ? `--${name} ${value}` : `--${name}[=${value}]`;
}

/** Returns the words that the user types: "tkn-dev pipeline upload". */
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
