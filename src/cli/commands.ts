/** The command line as data: the commands of tkn-dev with their arguments and flags. */
import { againCommand } from "./again_command.ts";
import { DEBUG_COMMANDS } from "./debug_commands.ts";
import { HELD_COMMANDS } from "./held_commands.ts";
import { LOGS_COMMANDS } from "./logs_commands.ts";
import {
  ALLOW_PROBE,
  BREAK,
  CLUSTER,
  DIRECTORY,
  DRY_RUN,
  FILE_NAMES,
  FILES,
  HELP,
  INTO,
  LIST_EXPLAIN,
  LIST_EXPLAIN_NAMES,
  ON_STEP,
  ON_TASK,
  OUTPUT,
  PAUSE_TIMEOUT,
  uploadRun,
  WITHOUT_SHELL,
} from "./shared_flags.ts";
import { SHELL_COMMANDS } from "./shell_commands.ts";
import { START_COMMANDS } from "./start_commands.ts";
import { PARAM, PIPELINE_START_FLAGS, TASK_START_FLAGS, WORKSPACE } from "./start_flags.ts";
import type { CommandSpec, FlagSpec, Program } from "./spec.ts";

/** The flags of `pipeline upload` and `upload`. */
const PIPELINE_UPLOAD_FLAGS: readonly FlagSpec[] = [
  ...FILES,
  ON_TASK,
  {
    ...ON_STEP,
    help: "the step of the task that the upload stands in for; the other steps run (default: the " +
      "steps that fetch)",
  },
  ...INTO,
  ...LIST_EXPLAIN,
  ...uploadRun(),
  ...PIPELINE_START_FLAGS,
  ...CLUSTER,
  HELP,
];

const PIPELINE_UPLOAD: CommandSpec = {
  path: ["pipeline", "upload"],
  summary: "Run a Pipeline on a local directory",
  description:
    "Starts a run of the Pipeline, holds it at the task that fetches the source, and streams " +
    "the directory into that task's workspace. The upload stands in for the task: its own steps " +
    "do not run. Then follows the logs and exits with the run's outcome. Files that git ignores " +
    "are left out.",
  args: [
    {
      name: "PIPELINE",
      asked: true,
      named: true,
      optionalWith: [
        ...LIST_EXPLAIN_NAMES,
        ...FILE_NAMES,
        "resolvertype",
        "use-pipelinerun",
        "last",
      ],
      completion: "pipelines",
      help: "the Pipeline's name; asked for on a terminal",
    },
    DIRECTORY,
  ],
  flags: PIPELINE_UPLOAD_FLAGS,
  examples: [
    {
      text: "Run my-pipeline on the current directory",
      command: "tkn-dev pipeline upload my-pipeline",
    },
    {
      text: "Choose the task that the upload stands in for, and bind a workspace to a new volume",
      command: "tkn-dev pipeline upload my-pipeline ./src --on-task clone \\\n" +
        "  -w name=source,volumeClaimTemplateFile=volume.yaml -p revision=local",
    },
    {
      text: "See the run that would be created",
      command: "tkn-dev pipeline upload my-pipeline -w name=source,claimName=pvc --dry-run",
    },
    {
      text: "Leave out more files than git ignores",
      command: "tkn-dev pipeline upload my-pipeline --ignore docs/ --ignore '*.mp4'",
    },
    {
      text: "See which files would be sent",
      command: "tkn-dev pipeline upload --list .",
    },
    {
      text: "See why a file is sent or left out",
      command: "tkn-dev pipeline upload --explain dist/app.js .",
    },
    {
      text: "Restart the run whenever a file is saved",
      command: "tkn-dev pipeline upload my-pipeline . --watch=restart \\\n" +
        "  -w name=source,claimName=pvc",
    },
    {
      text: "Open a shell where the run fails",
      command: "tkn-dev pipeline upload my-pipeline . --on-failure",
    },
    {
      text: "Send only the changes since the last pushed commit, which the Pipeline clones",
      command: "tkn-dev pipeline upload my-pipeline --base",
    },
    {
      text: "Set a result that the clone task would have written",
      command: "tkn-dev pipeline upload my-pipeline --result commit=$(git rev-parse HEAD)",
    },
  ],
};

const TASK_UPLOAD: CommandSpec = {
  path: ["task", "upload"],
  summary: "Run a Task on a local directory",
  description:
    "Starts a run of the Task, holds it before its first step, and streams the directory into a " +
    "workspace. Then the run continues. With --on-step the upload stands in for that step, which " +
    "does not run. Then follows the logs and exits with the run's outcome. Files that git ignores " +
    "are left out.",
  args: [
    {
      name: "TASK",
      asked: true,
      named: true,
      optionalWith: [...LIST_EXPLAIN_NAMES, ...FILE_NAMES, "use-taskrun", "last"],
      completion: "tasks",
      help: "the Task's name; asked for on a terminal",
    },
    DIRECTORY,
  ],
  flags: [
    ...FILES,
    {
      ...ON_STEP,
      help:
        "the step that the upload stands in for (default: the step that fetches; if no step does, " +
        "the upload comes before the first one)",
    },
    ...INTO,
    ...LIST_EXPLAIN,
    ...uploadRun({
      ...BREAK,
      value: "STEP",
      completion: "steps",
      help: "hold at this step after the upload; can be repeated. On a terminal a shell opens " +
        "there, as with `debug`; elsewhere it prints how to continue",
    }),
    ...TASK_START_FLAGS,
    ...CLUSTER,
    HELP,
  ],
  examples: [
    {
      text: "Run my-task on the current directory, in a workspace that is deleted with the run",
      command: "tkn-dev task upload my-task -w name=source,emptyDir=",
    },
    {
      text: "Choose the step that the upload stands in for",
      command: "tkn-dev task upload my-task ./src --on-step fetch -w name=source,claimName=pvc",
    },
  ],
};

const UPLOAD: CommandSpec = {
  path: ["upload"],
  summary: "Run a file of .tekton on a local directory",
  description: "Starts a run of the repository's .tekton directory on the directory, as " +
    "`pipelinerun upload -f` does. If there are several, it offers the choice on a terminal; " +
    "elsewhere it lists the command lines that start them. With --last it repeats the last upload " +
    "of the directory, as `again` does.",
  args: [DIRECTORY],
  flags: PIPELINE_UPLOAD_FLAGS,
  examples: [{ text: "Run .tekton on the current directory", command: "tkn-dev upload" }],
};

const CREATE: CommandSpec = {
  path: ["create"],
  summary: "Create runs that hold where their spec.debug says",
  description:
    "Creates the PipelineRuns and TaskRuns of a file. A run with the fields of TEP-0149, " +
    "`debug: { breakpoint: [onTasks], tasks: [NAME] }` or `[onSteps]` with `steps: [task/step]`, " +
    "holds there before the step does its work; a run without them is created unchanged. A held " +
    "step waits for `tkn-dev pipelinerun continue` (or `taskrun`), `fail-continue` or `run`. " +
    "Placeholders of Pipelines-as-Code, such as {{ revision }}, get the values of the git checkout " +
    "in the current directory, and those of -p.",
  args: [],
  flags: [
    {
      name: "filename",
      short: "f",
      value: "FILE",
      many: true,
      help: "the file, - for stdin; can be repeated",
    },
    {
      name: "param",
      short: "p",
      value: "KEY=VALUE",
      many: true,
      help: "the value of a placeholder {{ KEY }} of Pipelines-as-Code; can be repeated",
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
    { text: "See the runs that would be created", command: "tkn-dev create -f run.yaml --dry-run" },
  ],
};

const CLEANUP: CommandSpec = {
  path: ["cleanup"],
  summary: "Remove leftovers of interrupted calls of tkn-dev from the cluster",
  description:
    "Deletes temporary Pipelines and Tasks, probe runs and resolution requests of tkn-dev, once no " +
    "run needs them and their time is over (some minutes). Cancels runs of tkn-dev that are still " +
    "held after all their timeouts. Keeps objects that a running run refers to, and objects that " +
    "tkn-dev did not create. Prints a line for each object.",
  args: [],
  flags: [
    { name: "all-namespaces", short: "A", help: "look in all namespaces" },
    { name: "dry-run", help: "remove nothing: print the objects that would be removed" },
    {
      name: "older-than",
      value: "DURATION",
      help: "only objects that are also older than this (90s, 10m, 1h30m)",
    },
    ...CLUSTER,
    HELP,
  ],
  examples: [
    { text: "See the leftovers in the namespace", command: "tkn-dev cleanup --dry-run" },
    {
      text: "Remove leftovers older than a day, in all namespaces",
      command: "tkn-dev cleanup -A --older-than 24h",
    },
  ],
};

const DOCTOR: CommandSpec = {
  path: ["doctor"],
  summary: "Check whether you can upload and debug here",
  description:
    "Checks git, what DIR has to send, the connection, who you are there, each right that an " +
    "upload takes, Tekton, what the namespace lets in, and exec, if a step is held. Starts no run: " +
    "the server checks a run, a pod and a claim by dry runs. With PIPELINE also tells which task " +
    "an upload would stand in for, which params and workspaces are missing, and whether the " +
    "volumes can be used. Prints a line for each check: ok, a warning or FAILED, with what mends " +
    "it. Exits with 3 if a check failed.",
  args: [
    {
      name: "PIPELINE",
      optional: true,
      named: true,
      completion: "pipelines",
      help: "a Pipeline to check an upload for",
    },
    DIRECTORY,
  ],
  flags: [
    ON_TASK,
    PARAM,
    WORKSPACE,
    { name: "output", short: "o", value: "FORMAT", completion: ["json"], help: "print as json" },
    ...CLUSTER,
    HELP,
  ],
  examples: [
    { text: "Check the current context and namespace", command: "tkn-dev doctor" },
    {
      text: "Check an upload into a Pipeline",
      command: "tkn-dev doctor my-pipeline -w name=source,claimName=pvc",
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
    { name: "output", short: "o", value: "FORMAT", completion: ["json"], help: "print as json" },
    ...CLUSTER,
    HELP,
  ],
  examples: [{ text: "Without a cluster", command: "tkn-dev version --client" }],
};

/** Also the command of `tkn-dev` and `tkn-dev pipeline` alone. */
export const HELP_COMMAND: CommandSpec = {
  path: ["help"],
  summary: "Show the help of a command",
  args: [{
    name: "COMMAND",
    optional: true,
    rest: true,
    completion: "commands",
    help: "the command's words, such as: pipeline upload",
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
      summary: "Work with PipelineRuns: held steps and logs",
    },
    {
      name: "taskrun",
      aliases: ["tr", "taskruns"],
      summary: "Work with TaskRuns: held steps and logs",
    },
  ],
  commands: [
    PIPELINE_UPLOAD,
    TASK_UPLOAD,
    ...DEBUG_COMMANDS,
    ...START_COMMANDS,
    UPLOAD,
    againCommand([PIPELINE_UPLOAD, TASK_UPLOAD]),
    CREATE,
    ...HELD_COMMANDS,
    ...LOGS_COMMANDS,
    DOCTOR,
    CLEANUP,
    SANDBOX,
    ...SHELL_COMMANDS,
    VERSION,
    HELP_COMMAND,
  ],
  exitCodes: [
    { code: 0, meaning: "the run succeeded" },
    { code: 1, meaning: "the run failed" },
    { code: 2, meaning: "the command line or the kubeconfig is wrong" },
    { code: 3, meaning: "the cluster refuses, or cannot be reached" },
    { code: 4, meaning: "the transfer failed" },
    { code: 5, meaning: "the output cannot be written" },
    { code: 70, meaning: "a bug in tkn-dev" },
    { code: 130, meaning: "interrupted" },
  ],
};
