/** The command line as data: the commands of tkn-dev with their arguments and flags. */
import { againCommand } from "./again_command.ts";
import { DEBUG_COMMANDS } from "./debug_commands.ts";
import { HELD_COMMANDS } from "./held_commands.ts";
import { LOGS_COMMANDS } from "./logs_commands.ts";
import {
  ALLOW_PROBE,
  CLUSTER,
  DIRECTORY,
  DRY_RUN,
  HELP,
  ON_TASK,
  OUTPUT,
  PAUSE_TIMEOUT,
  WITHOUT_SHELL,
} from "./shared_flags.ts";
import { SHELL_COMMANDS } from "./shell_commands.ts";
import { START_COMMANDS } from "./start_commands.ts";
import { PARAM, WORKSPACE } from "./start_flags.ts";
import type { CommandSpec, Program } from "./spec.ts";
import { PIPELINE_UPLOAD, TASK_UPLOAD, UPLOAD } from "./upload_commands.ts";

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
    "run needs them and their time is over (some minutes), and pods that Tekton left behind when " +
    "their run ended. Cancels runs of tkn-dev that are still held after all their timeouts. Keeps " +
    "objects that a running run refers to, and objects that tkn-dev did not create. Prints a line " +
    "for each object.",
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
