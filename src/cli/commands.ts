/** The verbs of tkn-dev with their arguments and flags: data. */
import type { ArgSpec, CommandSpec, FlagSpec, Program } from "./spec.ts";

const HELP: FlagSpec = { name: "help", short: "h", help: "show this help" };

const CLUSTER: readonly FlagSpec[] = [
  {
    name: "namespace",
    short: "n",
    value: "NAME",
    help: "namespace to use (default: the context's)",
  },
  {
    name: "context",
    short: "c",
    value: "NAME",
    help: "context of the kubeconfig to use (default: the current one)",
  },
  {
    name: "kubeconfig",
    short: "k",
    value: "FILE",
    help: "kubeconfig to use (default: $KUBECONFIG, then ~/.kube/config)",
  },
  { name: "no-color", short: "C", help: "no colours" },
];

const ON_TASK: FlagSpec = {
  name: "on-task",
  value: "NAME",
  help:
    "the Pipeline's task that the upload stands in for (default: the one that clones, or that plainly fills the workspace for all others)",
};

const ON_STEP = { name: "on-step", value: "NAME" };

const PAUSE_TIMEOUT: FlagSpec = {
  name: "pause-timeout",
  value: "DURATION",
  default: "10m",
  help: "how long the run may be held, then it ends; its own timeouts are raised by it",
};

const ALLOW_PROBE: FlagSpec = {
  name: "allow-probe",
  help: "where Tekton's resolvers may not be asked, start a run that resolves and fails at once",
};

const DRY_RUN: FlagSpec = {
  name: "dry-run",
  help: "create nothing: print the run that would be created, and what was changed and why",
};

const OUTPUT: FlagSpec = {
  name: "output",
  short: "o",
  value: "FORMAT",
  default: "yaml",
  help: "how the run is printed: yaml, json or name",
};

const UPLOAD: readonly FlagSpec[] = [
  {
    name: "on-workspace",
    value: "NAME",
    help: "the Task's workspace that receives the directory, where it has several",
  },
  {
    name: "on-directory",
    value: "PATH",
    help: "directory inside the workspace that receives it (default: the workspace itself)",
  },
  {
    name: "ignore",
    value: "PATTERN",
    many: true,
    help: "leave out what matches, as a line of .gitignore would; can be repeated",
  },
  {
    name: "exec",
    value: "COMMAND",
    default: "tar",
    help: "the image's command that unpacks the stream",
  },
  {
    name: "upload-image",
    value: "IMAGE",
    help:
      "image that receives the upload in the step's place, where the step's own has no shell or no tar",
  },
  {
    name: "result",
    value: "NAME=VALUE",
    many: true,
    help: "a result for later tasks, which the replaced step would have written; can be repeated",
  },
  ALLOW_PROBE,
  { name: "showlogs", default: true, help: "show the logs of the run" },
  PAUSE_TIMEOUT,
  DRY_RUN,
  OUTPUT,
];

const START: readonly FlagSpec[] = [
  {
    name: "param",
    short: "p",
    value: "KEY=VALUE",
    many: true,
    help: "a param of the run; can be repeated:\n" +
      "key=value\n" +
      "key=a,b for an array\n" +
      "key=k:v,k2:v2 for an object",
  },
  {
    name: "workspace",
    short: "w",
    value: "BINDING",
    many: true,
    help: "what a workspace is bound to; can be repeated:\n" +
      "name=x,claimName=pvc\n" +
      "name=x,emptyDir=\n" +
      "name=x,config=cm\n" +
      "name=x,secret=s\n" +
      "name=x,volumeClaimTemplateFile=f.yaml\n" +
      "and subPath=path with any of them",
  },
  {
    name: "serviceaccount",
    short: "s",
    value: "NAME",
    help: "service account that the run uses",
  },
];

const DIRECTORY: ArgSpec = {
  name: "DIR",
  optional: true,
  help: "the directory to upload (default: the current one)",
};

const PIPELINE_UPLOAD: CommandSpec = {
  path: ["pipeline", "upload"],
  summary: "Run a Pipeline on a local directory",
  description:
    "Starts a run of the Pipeline, holds it at one task, streams the directory into that " +
    "task's workspace and lets the run go on without the task's own steps: the upload stands " +
    "in for it. Then follows the logs and exits with the run's outcome. What .gitignore files " +
    "name is left out.",
  args: [{ name: "PIPELINE", help: "the Pipeline's name" }, DIRECTORY],
  flags: [
    ON_TASK,
    { ...ON_STEP, help: "the task's step whose image receives the upload (default: the first)" },
    ...UPLOAD,
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
      text: "Leave out more than .gitignore does",
      command: "tkn-dev pipeline upload my-pipeline --ignore docs/ --ignore '*.mp4'",
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
    ".gitignore files name is left out.",
  args: [{ name: "TASK", help: "the Task's name" }, DIRECTORY],
  flags: [
    {
      ...ON_STEP,
      help: "the step that the upload stands in for (default: none, it comes before the first)",
    },
    ...UPLOAD,
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
    {
      name: "without-shell",
      help: "hold by Tekton's own entrypoint, for steps whose images have no shell",
    },
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

interface HeldVerb extends Pick<CommandSpec, "summary" | "takesCommand"> {
  readonly verb: string;
  readonly description: string;
}

const HELD: readonly HeldVerb[] = [
  {
    verb: "info",
    summary: "Show the steps of a run that hold",
    description: "What holds, in which pod and container, and where the workspace is.",
  },
  {
    verb: "shell",
    summary: "Open a shell in a held step",
    description:
      "In the step's own container, with its user, environment and workspaces: bash where the " +
      "image has it, else sh. On its PATH are debug-run, which does the step's own work, shows all of it " +
      "and comes back, debug-continue and debug-fail-continue.",
  },
  {
    verb: "exec",
    summary: "Run a command in a held step",
    description: "In the step's own container; exits with the command's exit code.",
    takesCommand: true,
  },
  {
    verb: "continue",
    summary: "Let a held step go on as if its work were done",
    description: "Later steps and tasks run; the step's own work is not done.",
  },
  {
    verb: "fail-continue",
    summary: "Let a held step fail",
    description: "The run goes on as it does when the step fails.",
  },
  {
    verb: "run",
    summary: "Let a held step do its own work",
    description: "The step does what it would have done, and the run goes on with its outcome.",
  },
];

const RUN: ArgSpec = { name: "RUN", help: "the run's name" };
const STEP: ArgSpec = {
  name: "STEP",
  optional: true,
  help: "the held step, task/step in a PipelineRun, where there are several",
};

/** `pipelinerun continue` and its like. */
function heldCommands(group: string): CommandSpec[] {
  return HELD.map(({ verb, ...spec }) => ({
    path: [group, verb],
    ...spec,
    args: verb === "info" ? [RUN] : [RUN, STEP],
    flags: [...CLUSTER, HELP],
    examples: [],
  }));
}

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
  summary: "Show the version of tkn-dev",
  args: [],
  flags: [HELP],
  examples: [],
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
    { name: "pipeline", aliases: ["p", "pipelines"], summary: "Run Pipelines" },
    { name: "task", aliases: ["t", "tasks"], summary: "Run Tasks" },
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
    CREATE,
    ...heldCommands("pipelinerun"),
    ...heldCommands("taskrun"),
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
    { code: 70, meaning: "a bug in tkn-dev" },
    { code: 130, meaning: "interrupted" },
  ],
};
