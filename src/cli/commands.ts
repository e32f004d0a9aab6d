/** The verbs of tkn-dev with their arguments and flags: data. */
import { DEBUG_COMMANDS } from "./debug_commands.ts";
import { HELD_COMMANDS } from "./held_commands.ts";
import {
  ALLOW_PROBE,
  CLUSTER,
  DIRECTORY,
  DRY_RUN,
  HELP,
  INTO,
  LOOK,
  LOOKS,
  NO_CONTINUE,
  ON_STEP,
  ON_TASK,
  OUTPUT,
  PAUSE_TIMEOUT,
  RUN_FLAGS,
  START,
  UPLOAD_IMAGE,
  WATCH,
  WITHOUT_SHELL,
} from "./shared_flags.ts";
import type { CommandSpec, Program } from "./spec.ts";

const PIPELINE_UPLOAD: CommandSpec = {
  path: ["pipeline", "upload"],
  summary: "Run a Pipeline on a local directory",
  description:
    "Starts a run of the Pipeline, holds it at one task, streams the directory into that " +
    "task's workspace and lets the run go on without the task's own steps: the upload stands " +
    "in for it. Then follows the logs and exits with the run's outcome. What git ignores is left " +
    "out.",
  args: [{ name: "PIPELINE", optionalWith: LOOKS, help: "the Pipeline's name" }, DIRECTORY],
  flags: [
    ON_TASK,
    {
      ...ON_STEP,
      help:
        "the one step of the task that the upload stands in for: the others are run (default: those that fetch)",
    },
    ...INTO,
    ...LOOK,
    UPLOAD_IMAGE,
    ...RUN_FLAGS,
    WATCH,
    ...NO_CONTINUE,
    ...START,
    ...CLUSTER,
    HELP,
  ],
  examples: [
    {
      text: "Run my-pipeline on the current directory",
      command: "tkn-dev pipeline upload my-pipeline",
    },
    {
      text: "Say which task the upload stands in for, and bind a workspace to a new volume",
      command: "tkn-dev pipeline upload my-pipeline ./src --on-task clone \\\n" +
        "  -w name=source,volumeClaimTemplateFile=volume.yaml -p revision=local",
    },
    {
      text: "See the run that would be created",
      command: "tkn-dev pipeline upload my-pipeline -w name=source,claimName=pvc --dry-run",
    },
    {
      text: "Leave out more than git does",
      command: "tkn-dev pipeline upload my-pipeline --ignore docs/ --ignore '*.mp4'",
    },
    {
      text: "See what would be sent",
      command: "tkn-dev pipeline upload --list .",
    },
    {
      text: "See why something is sent, or is not",
      command: "tkn-dev pipeline upload --explain dist/app.js .",
    },
    {
      text: "Run it again, at once, whenever a file was saved",
      command: "tkn-dev pipeline upload my-pipeline . --watch=restart \\\n" +
        "  -w name=source,claimName=pvc",
    },
    {
      text: "Give the result that a clone task would have given",
      command: "tkn-dev pipeline upload my-pipeline --result commit=$(git rev-parse HEAD)",
    },
  ],
};

const TASK_UPLOAD: CommandSpec = {
  path: ["task", "upload"],
  summary: "Run a Task on a local directory",
  description:
    "Starts a run of the Task, holds it before its first step, streams the directory into a " +
    "workspace and lets the run go on. With --on-step the upload stands in for that step, " +
    "whose own work is not done. Then follows the logs and exits with the run's outcome. What " +
    "git ignores is left out.",
  args: [{ name: "TASK", optionalWith: LOOKS, help: "the Task's name" }, DIRECTORY],
  flags: [
    {
      ...ON_STEP,
      help:
        "the step that the upload stands in for (default: the one that fetches; where none does, it comes before the first)",
    },
    ...INTO,
    ...LOOK,
    UPLOAD_IMAGE,
    ...RUN_FLAGS,
    WATCH,
    ...NO_CONTINUE,
    ...START,
    ...CLUSTER,
    HELP,
  ],
  examples: [
    {
      text: "Run my-task on the current directory, in a workspace that ends with the run",
      command: "tkn-dev task upload my-task -w name=source,emptyDir=",
    },
    {
      text: "Say which step the upload stands in for",
      command: "tkn-dev task upload my-task ./src --on-step fetch -w name=source,claimName=pvc",
    },
  ],
};

const CREATE: CommandSpec = {
  path: ["create"],
  summary: "Create runs that hold where their spec.debug says",
  description:
    "Creates the PipelineRuns and TaskRuns of a file. Where one has the fields of TEP-0149, " +
    "`debug: { breakpoint: [onTasks], tasks: [NAME] }` or `[onSteps]` with `steps: [task/step]`, it " +
    "holds there before the step does its work; without them it is created as it is. A held step " +
    "waits for `tkn-dev pipelinerun continue` (or `taskrun`), `fail-continue` or `run`.",
  args: [],
  flags: [
    {
      name: "filename",
      short: "f",
      value: "FILE",
      many: true,
      help: "the file, - for stdin; can be repeated",
    },
    WITHOUT_SHELL,
    ALLOW_PROBE,
    PAUSE_TIMEOUT,
    DRY_RUN,
    OUTPUT,
    ...CLUSTER,
    HELP,
  ],
  examples: [
    { text: "Create a run that holds", command: "tkn-dev create -f run.yaml" },
    { text: "See what would be created", command: "tkn-dev create -f run.yaml --dry-run" },
  ],
};

const CLEANUP: CommandSpec = {
  path: ["cleanup"],
  summary: "Remove what killed or cut-off calls of tkn-dev left on the cluster",
  description:
    "Deletes temporary Pipelines and Tasks, probe runs and resolution requests of tkn-dev that no " +
    "run needs and whose time is over (some minutes), and cancels runs of tkn-dev that are still " +
    "held after all their timeouts. What a living run refers to stays, whoever started it, and so " +
    "does what tkn-dev has not created. Prints a line for each.",
  args: [],
  flags: [
    { name: "all-namespaces", short: "A", help: "look in all namespaces" },
    { name: "dry-run", help: "remove nothing: print what would be removed" },
    {
      name: "older-than",
      value: "DURATION",
      help: "only what was created longer ago than this, too (90s, 10m, 1h30m)",
    },
    ...CLUSTER,
    HELP,
  ],
  examples: [
    { text: "See what was left in the namespace", command: "tkn-dev cleanup --dry-run" },
    {
      text: "Remove what is older than a day, everywhere",
      command: "tkn-dev cleanup -A --older-than 24h",
    },
  ],
};

const SANDBOX: CommandSpec = {
  path: ["sandbox"],
  summary: "Start a small local Kubernetes with Tekton",
  description:
    "Serves enough of Kubernetes and Tekton on 127.0.0.1 to try tkn-dev without a cluster. " +
    "Steps run as processes of this machine, not in containers: run nothing in it that you " +
    "would not run in a shell. Ends with Ctrl-C.",
  args: [],
  flags: [
    { name: "port", value: "NUMBER", help: "port to listen on (default: a free one)" },
    HELP,
  ],
  examples: [],
};

const VERSION: CommandSpec = {
  path: ["version"],
  summary: "Show the versions of tkn-dev and of the cluster",
  description: "Prints the version and commit of tkn-dev, the runtime and the platform, and the " +
    "versions of Kubernetes and Tekton if a cluster answers. For bug reports.",
  args: [],
  flags: [
    { name: "client", help: "ask no cluster" },
    { name: "output", short: "o", value: "FORMAT", help: "print as json" },
    ...CLUSTER,
    HELP,
  ],
  examples: [{ text: "Without a cluster", command: "tkn-dev version --client" }],
};

/** What `tkn-dev` and `tkn-dev pipeline` alone become, too. */
export const HELP_COMMAND: CommandSpec = {
  path: ["help"],
  summary: "Show the help of a command",
  args: [{
    name: "COMMAND",
    optional: true,
    rest: true,
    help: "its words, such as: pipeline upload",
  }],
  flags: [HELP],
  examples: [],
};

export const PROGRAM: Program = {
  name: "tkn-dev",
  summary: "Run Tekton Pipelines and Tasks on the code in front of you",
  description: "The local directory takes the place of the task or step that fetches sources. " +
    "Nothing is installed on the cluster.",
  groups: [
    { name: "pipeline", aliases: ["p", "pipelines"], summary: "Run and debug Pipelines" },
    { name: "task", aliases: ["t", "tasks"], summary: "Run and debug Tasks" },
    {
      name: "pipelinerun",
      aliases: ["pr", "pipelineruns"],
      summary: "Work with held PipelineRuns",
    },
    { name: "taskrun", aliases: ["tr", "taskruns"], summary: "Work with held TaskRuns" },
  ],
  commands: [
    PIPELINE_UPLOAD,
    TASK_UPLOAD,
    ...DEBUG_COMMANDS,
    CREATE,
    ...HELD_COMMANDS,
    CLEANUP,
    SANDBOX,
    VERSION,
    HELP_COMMAND,
  ],
  exitCodes: [
    { code: 0, meaning: "the run succeeded" },
    { code: 1, meaning: "the run failed" },
    { code: 2, meaning: "the command line or the kubeconfig is wrong" },
    { code: 3, meaning: "the cluster says no, or can't be reached" },
    { code: 4, meaning: "the transfer failed" },
    { code: 5, meaning: "its output can't be written" },
    { code: 70, meaning: "a bug in tkn-dev" },
    { code: 130, meaning: "interrupted" },
  ],
};
