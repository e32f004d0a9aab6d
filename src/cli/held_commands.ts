/** The verbs of `pipelinerun` and `taskrun`: data. */
import { CLUSTER, DEBUG_IMAGE, DIRECTORY, HELP, INTO, LOOK, LOOKS, PATCH } from "./shared_flags.ts";
import type { ArgSpec, CommandSpec, Example, FlagSpec } from "./spec.ts";

interface HeldVerb extends Pick<CommandSpec, "summary" | "takesCommand"> {
  readonly verb: string;
  readonly description: string;
  readonly args: readonly ArgSpec[];
  readonly flags?: readonly FlagSpec[];
  /** In them GROUP stands for the group's name. */
  readonly examples?: readonly Example[];
}

const RUN: ArgSpec = { name: "RUN", help: "the run's name" };
const STEP: ArgSpec = {
  name: "STEP",
  optional: true,
  help: "the held step, task/step in a PipelineRun, where there are several",
};
const EDIT: readonly FlagSpec[] = [
  { name: "edit", help: "edit the step's script in $EDITOR first, and run what was saved" },
  {
    name: "patch",
    value: "FILE",
    help: "with --edit: where the change is written as a patch for kubectl, once it ran well",
  },
  { name: "original", help: "the step's own script, whatever was edited" },
];

const VERBS: readonly HeldVerb[] = [
  {
    verb: "info",
    summary: "Show the steps of a run that hold",
    description: "What holds, in which pod and container, where its workspaces are, with which " +
      "params and environment, and the command or script that it would run.",
    args: [RUN],
  },
  {
    verb: "shell",
    summary: "Open a shell in a held step",
    description:
      "In the step's own container, with its user, environment and workspaces: bash where the " +
      "image has it, else sh. On its PATH are debug-run, which does the step's own work, shows all of it " +
      "and comes back, debug-info, debug-continue and debug-fail-continue.",
    args: [RUN, STEP],
    flags: [DEBUG_IMAGE, PATCH],
  },
  {
    verb: "exec",
    summary: "Run a command in a held step",
    description:
      "In the step's own container; exits with the command's exit code. Without --stdin it " +
      "reads what is piped here, and nothing of a terminal.",
    args: [RUN, STEP],
    takesCommand: true,
    flags: [
      { name: "stdin", short: "i", help: "it reads our stdin, a terminal too; =false: nothing" },
      { name: "tty", short: "t", help: "it gets a terminal, where ours are some" },
    ],
    examples: [
      { text: "Look around", command: "tkn-dev GROUP exec my-run -- ls -l" },
      { text: "Work with it", command: "tkn-dev GROUP exec my-run -it -- top" },
      { text: "Unpack what is piped here", command: "tkn-dev GROUP exec my-run -- tar x" },
    ],
  },
  {
    verb: "run",
    summary: "Run a held step's own work",
    description: "Does what debug-run does: runs the step's command or script in its container, " +
      "shows what it runs with, each line as it is executed and the results, and exits with its " +
      "exit code. The step holds still; continue makes that its outcome.",
    args: [RUN, STEP],
    flags: [
      ...EDIT,
      { name: "continue", help: "in the step's own place: the run then goes on with its outcome" },
    ],
    examples: [
      {
        text: "Change the script, try it, and keep the change",
        command: "tkn-dev GROUP run my-run --edit --patch fix.json",
      },
    ],
  },
  {
    verb: "continue",
    summary: "Let a held step go on",
    description:
      "As if its work were done: later steps and tasks run. It ends as its last debug-run did, else with success.",
    args: [RUN, STEP],
    flags: [{
      name: "exit-code",
      value: "NUMBER",
      help: "what the step ends with (default: as its last debug-run, else 0)",
    }],
  },
  {
    verb: "fail-continue",
    summary: "Let a held step fail",
    description: "The run goes on as it does when the step fails.",
    args: [RUN, STEP],
  },
  {
    verb: "upload",
    summary: "Send a directory to a held step",
    description: "Into a workspace of the step, which holds still; what is sent is what " +
      "`pipeline upload` sends.",
    args: [{ ...RUN, optionalWith: LOOKS }, DIRECTORY],
    flags: [
      {
        name: "on-step",
        value: "NAME",
        help: "the held step, task/step in a PipelineRun, where there are several",
      },
      ...INTO,
      ...LOOK,
      { name: "continue", help: "then let the step go on, its own work not done" },
    ],
  },
  {
    verb: "logs",
    summary: "Show the logs of a run",
    description: "Of all its steps. With --follow to its end: exits with the run's outcome, and " +
      "tells where it holds.",
    args: [RUN],
    flags: [{ name: "follow", short: "f", help: "until the run ends" }],
  },
];

export const HELD_COMMANDS: readonly CommandSpec[] = ["pipelinerun", "taskrun"].flatMap((group) =>
  VERBS.map(({ verb, flags = [], examples = [], ...spec }) => ({
    path: [group, verb],
    ...spec,
    flags: [...flags, ...CLUSTER, HELP],
    examples: examples.map(({ text, command }) => ({
      text,
      command: command.replace("GROUP", group),
    })),
  }))
);
