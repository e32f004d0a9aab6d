/** `pipeline start` and `task start`: data. */
import { REPORT } from "./report_flags.ts";
import {
  ALLOW_PROBE,
  CLUSTER,
  DRY_RUN,
  FILE_NAMES,
  FILES,
  HELP,
  NO_REMEMBER,
  PRINT_RUN,
  SHOWLOGS,
} from "./shared_flags.ts";
import { PIPELINE_START_FLAGS, TASK_START_FLAGS } from "./start_flags.ts";
import type { CommandSpec, FlagSpec } from "./spec.ts";

const FLAGS: readonly FlagSpec[] = [
  SHOWLOGS,
  DRY_RUN,
  PRINT_RUN,
  ...REPORT,
  ALLOW_PROBE,
  NO_REMEMBER,
];

const PLAIN =
  "with the flags of tkn, and holds nothing. Then follows the logs and exits with the " +
  "run's outcome. Ctrl-C leaves the run as it is.";

export const START_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["pipeline", "start"],
    summary: "Run a Pipeline as it is",
    description: `Starts a run of the Pipeline as tkn does, ${PLAIN}`,
    args: [{
      name: "PIPELINE",
      asked: true,
      optionalWith: ["resolvertype", "use-pipelinerun", ...FILE_NAMES],
      completion: "pipelines",
      named: true,
      help: "the Pipeline's name; asked for on a terminal",
    }],
    flags: [...FILES, ...PIPELINE_START_FLAGS, ...FLAGS, ...CLUSTER, HELP],
    examples: [
      {
        text: "Run my-pipeline with a param and a new volume",
        command: "tkn-dev pipeline start my-pipeline -p revision=main -w name=source,volume=1Gi",
      },
      {
        text: "Start its last run again with another param",
        command: "tkn-dev pipeline start my-pipeline --last -p revision=v2",
      },
    ],
  },
  {
    path: ["task", "start"],
    summary: "Run a Task as it is",
    description: `Starts a run of the Task as tkn does, ${PLAIN}`,
    args: [{
      name: "TASK",
      asked: true,
      optionalWith: ["use-taskrun", ...FILE_NAMES],
      completion: "tasks",
      named: true,
      help: "the Task's name; asked for on a terminal",
    }],
    flags: [...FILES, ...TASK_START_FLAGS, ...FLAGS, ...CLUSTER, HELP],
    examples: [
      {
        text: "Run my-task in a workspace that is deleted with the run",
        command: "tkn-dev task start my-task -w name=source,emptyDir=",
      },
    ],
  },
];
