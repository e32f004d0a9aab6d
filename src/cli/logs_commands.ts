/** The `logs` of runs, Pipelines and Tasks, with the flags of tkn: data. */
import { REPORT } from "./report_flags.ts";
import { CLUSTER, HELP, NO_INPUT } from "./shared_flags.ts";
import type { ArgSpec, CommandSpec, FlagSpec } from "./spec.ts";

const FOLLOW: FlagSpec = { name: "follow", short: "f", help: "follow the run until it ends" };

const TASK: FlagSpec = {
  name: "task",
  short: "t",
  value: "NAME",
  many: true,
  completion: "tasks of the run",
  help: "show only this task; can be repeated, or a,b. In the other logs commands -t is " +
    "--timestamps, as in tkn",
};

const STEP: FlagSpec = {
  name: "step",
  short: "s",
  value: "NAME",
  many: true,
  completion: "steps of the run",
  help: "show only this step; can be repeated, or a,b",
};

const TIMESTAMPS: FlagSpec = { name: "timestamps", help: "show the time of each line" };

const SHORT_TIMESTAMPS: FlagSpec = {
  ...TIMESTAMPS,
  short: "t",
  help: "show the time of each line. In `pipelinerun logs` -t is --task, as in tkn",
};

const PREFIX: FlagSpec = {
  name: "prefix",
  default: true,
  help: "show the task and step of each line",
};

const ALL: FlagSpec = {
  name: "all",
  short: "a",
  help: "also show Tekton's own init containers",
};

const LOG_FAILED: FlagSpec = {
  name: "log-failed",
  help: "show only the tasks that failed; exit code 1 if no task failed",
};

const LAST: FlagSpec = { name: "last", short: "L", help: "the last run" };

const LIMIT: FlagSpec = {
  name: "limit",
  value: "NUMBER",
  default: "5",
  help: "how many runs the list has, the newest first",
};

const EXIT: FlagSpec = {
  name: "exit-with-pipelinerun-error",
  short: "E",
  help: "exit with the run's outcome, as with --follow: 0 if it succeeded, 1 if it failed, 2 if " +
    "it has not ended",
};

const LONG: FlagSpec = {
  name: "long",
  help: "show the display name of the task in place of its name",
};

const FZF: FlagSpec = { name: "fzf", short: "F", isHidden: true, help: "choose from the list" };

const SHOWN = [PREFIX, ALL];
const CHOSEN = [LAST, LIMIT, FZF, NO_INPUT, EXIT, ...REPORT];
const PIPELINE_RUN_FLAGS = [FOLLOW, TASK, STEP, TIMESTAMPS, ...SHOWN, LOG_FAILED, LONG, ...CHOSEN];
const TASK_RUN_FLAGS = [FOLLOW, STEP, SHORT_TIMESTAMPS, ...SHOWN, ...CHOSEN];

const RUN: ArgSpec = {
  name: "RUN",
  completion: "runs",
  named: true,
  optional: true,
  help: "the run's name (default: the only one, or one from a list)",
};

const FOLLOWED =
  "With --follow, follows the run to its end, reports the steps that are held, and " +
  "exits with the run's outcome. Without RUN, a terminal shows a list of the last runs.";

const PIPELINE: ArgSpec = {
  name: "PIPELINE",
  completion: "pipelines",
  asked: true,
  named: true,
  help: "the Pipeline's name; asked for on a terminal",
};

const NAMED_TASK: ArgSpec = {
  name: "TASK",
  completion: "tasks",
  asked: true,
  named: true,
  help: "the Task's name; asked for on a terminal",
};

export const LOGS_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["pipeline", "logs"],
    summary: "Show the logs of a run of a Pipeline",
    description: `Shows the logs of all steps of a PipelineRun. ${FOLLOWED}`,
    args: [PIPELINE, RUN],
    flags: PIPELINE_RUN_FLAGS.filter((flag) => flag !== TASK)
      .map((flag) => flag === TIMESTAMPS ? SHORT_TIMESTAMPS : flag),
    examples: [
      { text: "Follow the last run", command: "tkn-dev pipeline logs my-pipeline -L -f" },
    ],
  },
  {
    path: ["task", "logs"],
    summary: "Show the logs of a run of a Task",
    description: `Shows the logs of all steps of a TaskRun. ${FOLLOWED}`,
    args: [NAMED_TASK, RUN],
    flags: TASK_RUN_FLAGS,
    examples: [{ text: "Follow the last run", command: "tkn-dev task logs my-task -L -f" }],
  },
  {
    path: ["pipelinerun", "logs"],
    summary: "Show the logs of a run",
    description: `Shows the logs of all steps. ${FOLLOWED}`,
    args: [RUN],
    flags: PIPELINE_RUN_FLAGS,
    examples: [
      { text: "Follow the last run", command: "tkn-dev pipelinerun logs -L -f" },
      {
        text: "Show one task, with times and without prefixes",
        command: "tkn-dev pipelinerun logs my-run -t build --timestamps --prefix=false",
      },
      {
        text: "Show only what failed",
        command: "tkn-dev pipelinerun logs my-run --log-failed",
      },
    ],
  },
  {
    path: ["taskrun", "logs"],
    summary: "Show the logs of a run",
    description: `Shows the logs of all steps. ${FOLLOWED}`,
    args: [RUN],
    flags: TASK_RUN_FLAGS,
    examples: [
      { text: "Show one step, with times", command: "tkn-dev taskrun logs my-run -s build -t" },
    ],
  },
].map((command) => ({ ...command, flags: [...command.flags, ...CLUSTER, HELP] }));
