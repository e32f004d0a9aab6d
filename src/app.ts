/** argv -> command -> exit code; the one place that turns errors into words. */
import { PROGRAM } from "./cli/commands.ts";
import { helpAsked } from "./cli/help.ts";
import { type Call, parse } from "./cli/parse.ts";
import { tellError } from "./commands/tell_error.ts";
import { BUG_EXIT_CODE, ExpectedError, Interrupted, UsageError } from "./errors.ts";
import type { Host } from "./host.ts";
import { printableLines } from "./printable.ts";

/** Runs one command line (without the program's name): its exit code. Never throws. */
export async function app(argv: readonly string[], host: Host): Promise<number> {
  let call: Call | undefined;
  try {
    checkText(argv);
    call = parse(argv, PROGRAM);
    const text = helpAsked(call, PROGRAM);
    if (text === undefined) return await Promise.race([run(call, host), interrupted(call, host)]);
    host.terminal.out(printableLines(text));
    return 0;
  } catch (thrown) {
    const isOurs = host.interrupt.aborted && thrown === host.interrupt.reason;
    const error = isOurs ? new Interrupted("Interrupted") : thrown;
    tellError(host, error, !noColorAsked(argv, call));
    return error instanceof ExpectedError ? error.exitCode : BUG_EXIT_CODE;
  }
}

/**
 * The runtime has U+FFFD in the place of bytes that are not UTF-8: which ones were meant can't be told any more, and a
 * file of that name may be there. One that was given as U+FFFD is refused with them.
 */
function checkText(argv: readonly string[]): void {
  const at = argv.findIndex((word) => word.includes("\ufffd"));
  if (at === -1) return;
  throw new UsageError(`Cannot read argument ${at + 1}, "${argv[at]}": it is not UTF-8`, {
    hint: "names of this kind can't be given; a directory above, or . in it, can",
  });
}

/** After Ctrl-C a command cleans up, for which its requests have two seconds: it ends without it then. */
const CLEAN_UP_MS = 3_000;

function interrupted({ command }: Call, { interrupt, clock }: Host): Promise<never> {
  return new Promise((_, reject) => {
    if (command.path[0] === "sandbox") return; // it has processes to end
    interrupt.addEventListener("abort", async () => {
      await clock.delay(CLEAN_UP_MS);
      reject(new Interrupted("Interrupted: what was under way did not end in time"));
    });
  });
}

/** Of a command line that can't be read, as far as its words tell. */
function noColorAsked(argv: readonly string[], call: Call | undefined): boolean {
  if (call === undefined) return argv.some((word) => /^(--no-color|-h?C)(?!=[0fF])/.test(word));
  const isKnown = call.command.flags.some((flag) => flag.name === "no-color");
  return isKnown && call.flags.on("no-color");
}

/** A command's module is loaded only when it is run: help needs no cluster library. */
async function run(call: Call, host: Host): Promise<number> {
  const name = call.command.path.join(" ");
  switch (name) {
    case "pipeline upload": {
      const command = await import("./commands/pipeline_upload.ts");
      return await command.run(host, command.options(call));
    }
    case "task upload": {
      const command = await import("./commands/task_upload.ts");
      return await command.run(host, command.options(call));
    }
    case "pipeline debug": {
      const command = await import("./commands/pipeline_debug.ts");
      return await command.run(host, command.options(call));
    }
    case "task debug": {
      const command = await import("./commands/task_debug.ts");
      return await command.run(host, command.options(call));
    }
    case "create": {
      const command = await import("./commands/create.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun continue":
    case "pipelinerun fail-continue":
    case "taskrun continue":
    case "taskrun fail-continue": {
      const command = await import("./commands/let_go.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun run":
    case "taskrun run": {
      const command = await import("./commands/run_step.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun exec":
    case "taskrun exec": {
      const command = await import("./commands/exec.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun shell":
    case "taskrun shell": {
      const command = await import("./commands/shell.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun upload":
    case "taskrun upload": {
      const command = await import("./commands/held_upload.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun logs":
    case "taskrun logs": {
      const command = await import("./commands/logs.ts");
      return await command.run(host, command.options(call));
    }
    case "pipelinerun info":
    case "taskrun info": {
      const command = await import("./commands/info.ts");
      return await command.run(host, command.options(call));
    }
    case "cleanup": {
      const command = await import("./commands/cleanup.ts");
      return await command.run(host, command.options(call));
    }
    case "sandbox": {
      const command = await import("./commands/sandbox.ts");
      return await command.run(host, command.options(call));
    }
    case "version": {
      const command = await import("./commands/version.ts");
      return await command.run(host, command.options(call));
    }
    default:
      throw new Error(`no code for command "${name}"`);
  }
}
