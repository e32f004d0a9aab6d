/** `pipeline upload`, `task upload` and `upload` as data. */
import {
  BREAK,
  CLUSTER,
  DIRECTORY,
  FILE_NAMES,
  FILES,
  HELP,
  ON_STEP,
  ON_TASK,
} from "./shared_flags.ts";
import type { CommandSpec, FlagSpec } from "./spec.ts";
import { PIPELINE_START_FLAGS, TASK_START_FLAGS } from "./start_flags.ts";
import { INTO, LIST_EXPLAIN, LIST_EXPLAIN_NAMES, uploadRun } from "./upload_flags.ts";

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

export const PIPELINE_UPLOAD: CommandSpec = {
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

export const TASK_UPLOAD: CommandSpec = {
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

export const UPLOAD: CommandSpec = {
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
