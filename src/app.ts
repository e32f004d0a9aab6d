/** argv -> command -> exit code; the one place that turns errors into words. */
import { PROGRAM } from "./cli/commands.ts";
import { helpAsked } from "./cli/help.ts";
import { type Call, parse } from "./cli/parse.ts";
import { repeats } from "./cli/repeats.ts";
import { printError } from "./commands/output/print_error.ts";
import { BUG_EXIT_CODE, ExpectedError, Interrupted, OutputError, UsageError } from "./errors.ts";
import type { Host } from "./host.ts";
import { printableLines } from "./printable.ts";

/** Runs a call of a command, and returns the exit code. */
export type Command = (host: Host, call: Call) => Promise<number>;

/**
 * The commands by their paths, except `help`, and `again`, which becomes another call. A module
 * loads when its command runs.
 */
export const COMMANDS: Readonly<Record<string, Command>> = {
  "pipeline upload": command(() => import("./commands/pipeline_upload.ts")),
  "pipeline debug": command(() => import("./commands/pipeline_debug.ts")),
  "task upload": command(() => import("./commands/task_upload.ts")),
  "task debug": command(() => import("./commands/task_debug.ts")),
  "pipeline start": command(() => import("./commands/pipeline_start.ts")),
  "task start": command(() => import("./commands/task_start.ts")),
  "upload": command(() => import("./commands/upload.ts")),
  "pipeline logs": command(() => import("./commands/logs.ts")),
  "task logs": command(() => import("./commands/logs.ts")),
  "create": command(() => import("./commands/create.ts")),
  ...ofBothRuns({
    "info": command(() => import("./commands/info.ts")),
    "shell": command(() => import("./commands/shell.ts")),
    "exec": command(() => import("./commands/exec.ts")),
    "run": command(() => import("./commands/run_step.ts")),
    "continue": command(() => import("./commands/continue.ts")),
    "fail-continue": command(() => import("./commands/continue.ts")),
    "upload": command(() => import("./commands/run_upload.ts")),
    "logs": command(() => import("./commands/logs.ts")),
  }),
  "doctor": command(() => import("./commands/doctor.ts")),
  "cleanup": command(() => import("./commands/cleanup.ts")),
  "sandbox": command(() => import("./commands/sandbox.ts")),
  "completion": command(() => import("./commands/completion.ts")),
  "shell-init": command(() => import("./commands/shell_init.ts")),
  "__complete": command(() => import("./commands/complete.ts")),
  "__complete_bash": command(() => import("./commands/complete.ts")),
  "version": command(() => import("./commands/version.ts")),
};

/** A module of a command: it reads its options from the call, then runs. */
interface CommandModule<Options> {
  options(call: Call): Options;
  run(host: Host, options: Options): Promise<number>;
}

function command<Options>(load: () => Promise<CommandModule<Options>>): Command {
  return async (host, call) => {
    const { options, run } = await load();
    return await run(host, options(call));
  };
}

/** Returns the verbs with the paths of `pipelinerun` and of `taskrun`. */
function ofBothRuns(verbs: Record<string, Command>): Record<string, Command> {
  return Object.fromEntries(
    ["pipelinerun", "taskrun"].flatMap((group) =>
      Object.entries(verbs).map(([verb, command]) => [`${group} ${verb}`, command])
    ),
  );
}

/** Runs a command line (without the program's name), and returns the exit code. Never throws. */
export async function app(argv: readonly string[], host: Host): Promise<number> {
  let call: Call | undefined;
  try {
    checkText(argv);
    call = parse(argv, PROGRAM);
    const text = helpAsked(call, PROGRAM);
    if (text === undefined) {
      if (repeats(call)) call = await (await import("./commands/again.ts")).remembered(host, call);
      const run = COMMANDS[call.command.path.join(" ")];
      return await Promise.race([run(host, call), interrupted(host, call)]);
    }
    host.terminal.out(printableLines(text));
    return 0;
  } catch (thrown) {
    const isOurs = host.interrupt.aborted && thrown === host.interrupt.reason;
    const error = isOurs ? new Interrupted("Interrupted") : thrown;
    printError(host, error, !isNoColor(argv, call));
    if (!(error instanceof OutputError)) await reportFailure(host, call, thrown);
    if (hasEvents(call) && !(error instanceof OutputError)) {
      const { printErrorEvent } = await import("./commands/output/print_event.ts");
      printErrorEvent(host, error);
    }
    return error instanceof ExpectedError ? error.exitCode : BUG_EXIT_CODE;
  }
}

/**
 * Throws UsageError for U+FFFD: Deno decodes bytes that are not UTF-8 to it, and so loses them. A
 * file whose name really has U+FFFD is refused too.
 */
function checkText(argv: readonly string[]): void {
  const at = argv.findIndex((word) => word.includes("\ufffd"));
  if (at === -1) return;
  throw new UsageError(`Cannot read argument ${at + 1}, "${argv[at]}": it is not UTF-8`, {
    hint: "name a parent directory instead, or . inside the directory",
  });
}

/** After Ctrl-C, a command has this long to clean up; its requests have two seconds. */
const CLEAN_UP_MS = 3_000;

/** Rejects if an interrupted command does not end in time. */
function interrupted({ interrupt, clock }: Host, { command }: Call): Promise<never> {
  return new Promise((_, reject) => {
    if (command.path[0] === "sandbox") return; // it ends its processes first
    interrupt.addEventListener("abort", async () => {
      await clock.delay(CLEAN_UP_MS);
      reject(new Interrupted("Interrupted: the command did not end in time"));
    });
  });
}

/** Writes the outcome of a call that failed before, or while, the command wrote it. */
async function reportFailure(host: Host, call: Call | undefined, thrown: unknown): Promise<void> {
  const isKnown = call?.command.flags.some(({ name }) => name === "outcome");
  const outcome = isKnown ? call?.flags.text("outcome") : undefined;
  if (!outcome) return;
  const { Reports, writeFailure } = await import("./commands/output/reports.ts");
  try {
    await writeFailure(host, thrown, new Reports(host, { outcome }));
  } catch (error) {
    printError(host, error);
  }
}

function hasEvents(call: Call | undefined): boolean {
  return call !== undefined && call.command.flags.some(({ name }) => name === "events") &&
    call.flags.on("events");
}

/** Returns whether the user asked for no color, even if `argv` could not be parsed. */
function isNoColor(argv: readonly string[], call: Call | undefined): boolean {
  if (call === undefined) return argv.some((word) => /^(--no-color|-h?C)(?!=[0fF])/.test(word));
  const isKnown = call.command.flags.some((flag) => flag.name === "no-color");
  return isKnown && call.flags.on("no-color");
}
