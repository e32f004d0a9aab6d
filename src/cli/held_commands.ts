/** The verbs of `pipelinerun` and `taskrun`: data. */
import {
  CLUSTER,
  DEBUG_IMAGE,
  DIRECTORY,
  FILE_NAMES,
  FILES,
  HELP,
  ON_TASK,
  PATCH,
  TURNS,
} from "./shared_flags.ts";
import { PIPELINE_START_FLAGS, TASK_START_FLAGS } from "./start_flags.ts";
import type { ArgSpec, CommandSpec, Example, FlagSpec } from "./spec.ts";
import { INTO, LIST_EXPLAIN, LIST_EXPLAIN_NAMES, uploadRun } from "./upload_flags.ts";

interface HeldVerb extends Pick<CommandSpec, "summary" | "takesCommand"> {
  readonly verb: string;
  readonly description: string;
  readonly args: readonly ArgSpec[];
  readonly flags?: readonly FlagSpec[];
  /** Flags of one group alone. */
  readonly flagsOf?: Readonly<Record<string, readonly FlagSpec[]>>;
  /** With GROUP in place of the group's name. */
  readonly examples?: readonly Example[];
}

const RUN: ArgSpec = { name: "RUN", named: true, completion: "held runs", help: "the run's name" };
const STEP: ArgSpec = {
  name: "STEP",
  optional: true,
  completion: "held steps",
  help: "the held step (task/step in a PipelineRun), if several are held",
};
const EDIT: readonly FlagSpec[] = [
  { name: "edit", help: "edit the step's script in $EDITOR first, then run the edited script" },
  {
    name: "patch",
    value: "FILE",
    help:
      "with --edit or --watch: the file for a patch for kubectl, written after a successful run",
  },
  { name: "original", help: "run the step's own script, without edits" },
];

const RUN_FILES: readonly FlagSpec[] = FILES.map((flag) =>
  flag.name === "filename"
    ? {
      ...flag,
      help: "start a new run: a YAML file, directory or URL with the run, - for stdin; can be " +
        "repeated. Its references by name mean definitions of the files first, then the cluster's",
    }
    : flag
);

const VERBS: readonly HeldVerb[] = [
  {
    verb: "info",
    summary: "Show the held steps of a run",
    description: "Shows each held step: its pod and container, the paths of its workspaces, its " +
      "params and environment, and its command or script.",
    args: [RUN],
  },
  {
    verb: "shell",
    summary: "Open a shell in a held step",
    description:
      "Opens a shell in the step's own container, with its user, environment and workspaces: bash " +
      "if the image has it, else sh. Its PATH has debug-run, which runs the step's own work, shows " +
      "it and returns to the shell, debug-info, debug-continue and debug-fail-continue.",
    args: [RUN, STEP],
    flags: [DEBUG_IMAGE, PATCH],
  },
  {
    verb: "exec",
    summary: "Run a command in a held step",
    description:
      "Runs the command in the step's own container, and exits with its exit code. Without " +
      "--stdin the command reads a pipe or file on stdin, but not a terminal.",
    args: [RUN, STEP],
    takesCommand: true,
    flags: [
      {
        name: "stdin",
        short: "i",
        help: "pass stdin to the command, even a terminal; =false: pass nothing",
      },
      {
        name: "tty",
        short: "t",
        help: "give the command a terminal, if stdin and stdout are terminals",
      },
    ],
    examples: [
      { text: "Look around", command: "tkn-dev GROUP exec my-run -- ls -l" },
      { text: "Run an interactive program", command: "tkn-dev GROUP exec my-run -it -- top" },
      { text: "Unpack an archive from a pipe", command: "tkn-dev GROUP exec my-run -- tar x" },
    ],
  },
  {
    verb: "run",
    summary: "Run a held step's own work",
    description: "Like debug-run: runs the step's command or script in its container, shows its " +
      "environment, each executed line and the results, and exits with its exit code. The step is " +
      "still held then; continue ends it with that outcome.\nWith --watch, does the same again " +
      "after each save: sends what changed in DIR into the step's workspace, does the work and " +
      "shows its output. Keys start it again, edit the script, open a shell, or end the watching.",
    args: [RUN, STEP, {
      ...DIRECTORY,
      help: "with --watch: the directory (default: the current one)",
    }],
    flags: [
      ...EDIT,
      {
        name: "continue",
        help: "release the step: it does its work, and the run continues with the outcome",
      },
      ...TURNS,
      DEBUG_IMAGE,
      ...INTO,
    ],
    examples: [
      {
        text: "Edit the script, run it, and save the change as a patch",
        command: "tkn-dev GROUP run my-run --edit --patch fix.json",
      },
      {
        text: "Do the work again on the current directory whenever a file is saved",
        command: "tkn-dev GROUP run my-run --watch",
      },
    ],
  },
  {
    verb: "continue",
    summary: "Continue the run after a held step",
    description:
      "Ends the step as if its work were done: later steps and tasks run. Its outcome is that of " +
      "the last debug-run, or else success. If the step has left results unwritten, which a later " +
      "task may need, it first says so and releases nothing; a second `continue`, or one with " +
      "--exit-code 0, leaves them out.",
    args: [RUN, STEP],
    flags: [
      {
        name: "exit-code",
        value: "NUMBER",
        help: "the exit code of the step (default: that of the last debug-run, or else 0)",
      },
      {
        name: "result",
        value: "NAME=VALUE",
        many: true,
        help: "a result of the Task to write first; can be repeated",
      },
    ],
  },
  {
    verb: "fail-continue",
    summary: "Make a held step fail",
    description: "Makes the step fail. The run continues as after any failed step.",
    args: [RUN, STEP],
  },
  {
    verb: "upload",
    summary: "Send a directory to a new run of a file, or to a held step",
    description:
      "With -f, starts the run of the file on the directory, as `pipeline upload` and `task upload` " +
      "do. Its name becomes unique, -p and -w win over its params and workspaces, and a workspace " +
      "that only the replaced steps need is left out. A run for Pipelines-as-Code gets the values " +
      "of its {{ }} placeholders from the git checkout, and from -p.\nWithout -f, sends the " +
      "directory into a workspace of the held step of RUN, which stays held.",
    args: [
      {
        ...RUN,
        optionalWith: [...LIST_EXPLAIN_NAMES, ...FILE_NAMES],
        help: "the run's name; with -f, only if the files have several runs",
      },
      DIRECTORY,
    ],
    flags: [
      ...RUN_FILES,
      {
        name: "on-step",
        value: "NAME",
        completion: "held steps",
        help:
          "the held step (task/step in a PipelineRun), if several are held; with -f, the step " +
          "that the upload stands in for",
      },
      ...INTO,
      ...LIST_EXPLAIN,
      { name: "continue", help: "then continue the run as if the step's work were done" },
    ],
    flagsOf: {
      pipelinerun: [ON_TASK, ...uploadRun(), ...PIPELINE_START_FLAGS],
      taskrun: [...uploadRun(), ...TASK_START_FLAGS],
    },
    examples: [
      { text: "Run a file on the current directory", command: "tkn-dev GROUP upload -f run.yaml" },
      { text: "Send the directory to a held run", command: "tkn-dev GROUP upload my-run ." },
    ],
  },
];

export const HELD_COMMANDS: readonly CommandSpec[] = ["pipelinerun", "taskrun"].flatMap((group) =>
  VERBS.map(({ verb, flags = [], flagsOf = {}, examples = [], ...spec }) => ({
    path: [group, verb],
    ...spec,
    flags: [...flags, ...flagsOf[group] ?? [], ...CLUSTER, HELP],
    examples: examples.map(({ text, command }) => ({
      text,
      command: command.replace("GROUP", group),
    })),
  }))
);
