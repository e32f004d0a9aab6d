/** `pipeline debug` and `task debug`: data. */
import {
  CLUSTER,
  DEBUG_IMAGE,
  DIRECTORY,
  FILE_NAMES,
  FILES,
  HELP,
  HOLDING,
  ON_STEP,
  ON_TASK,
  PATCH,
  RUN_FLAGS,
  TURNS,
} from "./shared_flags.ts";
import { PIPELINE_START_FLAGS, TASK_START_FLAGS } from "./start_flags.ts";
import type { ArgSpec, CommandSpec, FlagSpec } from "./spec.ts";
import { BASE, INTO, UPLOAD_IMAGE } from "./upload_flags.ts";

const BREAKPOINTS: readonly FlagSpec[] = [
  { name: "on-every-step", help: "hold at every step" },
  ...HOLDING,
  {
    name: "exec-instead",
    value: "COMMAND",
    help: "open no shell: each held step runs this command with sh in place of its work",
  },
  ...TURNS,
];

const UPLOADED: ArgSpec = {
  ...DIRECTORY,
  help: "a directory to upload first, in place of the steps that fetch the source, as `upload` " +
    "does (default: no upload)",
};

const UPLOAD_STEP: FlagSpec = {
  name: "upload-step",
  value: "NAME",
  completion: "steps",
  help: "with DIR: the step that the upload stands in for (default: the steps that fetch)",
};

const OF_UPLOAD: readonly FlagSpec[] = [
  UPLOAD_STEP,
  UPLOAD_IMAGE,
  { name: "upload", value: "DIR", help: "the same as DIR" },
  { ...BASE, help: `with DIR: ${BASE.help}` },
];

const UPLOADS_FIRST =
  "With DIR, the upload stands in for the steps that fetch the source, and does not wait for the " +
  "user; a breakpoint at a step that it stands in for holds after the upload.";

const AT_EACH_PAUSE =
  "When the run reaches a step, the step is held and a shell opens in its container: debug-run " +
  "runs the step's own work, shows it and returns to the shell; debug-continue releases the step; " +
  "debug-fail-continue makes it fail; exit asks what to do. Then follows the run to the next " +
  "pause or its end, and exits with its outcome.";

export const DEBUG_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["pipeline", "debug"],
    summary: "Hold steps and work in them",
    description:
      `Starts a run of the Pipeline that holds at the given steps. ${UPLOADS_FIRST} ${AT_EACH_PAUSE}`,
    args: [{
      name: "PIPELINE",
      asked: true,
      named: true,
      optionalWith: [...FILE_NAMES, "resolvertype", "use-pipelinerun"],
      completion: "pipelines",
      help: "the Pipeline's name; asked for on a terminal",
    }, UPLOADED],
    flags: [
      ...FILES,
      { ...ON_TASK, many: true, help: "hold at this task's first step; can be repeated" },
      {
        ...ON_STEP,
        value: "TASK/STEP",
        many: true,
        completion: "task/step",
        help: "hold at this step; can be repeated",
      },
      ...BREAKPOINTS,
      DEBUG_IMAGE,
      PATCH,
      {
        ...ON_TASK,
        name: "upload-task",
        help: "with DIR: the Pipeline's task that the upload stands in for (default: the task " +
          "that clones; if no task does, the upload comes before the first task that needs it)",
      },
      ...OF_UPLOAD,
      ...INTO,
      ...RUN_FLAGS,
      ...PIPELINE_START_FLAGS,
      ...CLUSTER,
      HELP,
    ],
    examples: [
      {
        text: "Work in a step of a Pipeline",
        command: "tkn-dev pipeline debug my-pipeline --on-step build/compile",
      },
      {
        text: "Find out why a run on your local code fails",
        command: "tkn-dev pipeline debug my-pipeline . --on-failure",
      },
      {
        text: "Do a step's work again on the current directory whenever a file is saved",
        command: "tkn-dev pipeline debug my-pipeline . --on-step test/run --watch",
      },
      {
        text: "Run another command in a step's place, without a terminal",
        command: "tkn-dev pipeline debug my-pipeline --on-step test/run --exec-instead make",
      },
    ],
  },
  {
    path: ["task", "debug"],
    summary: "Hold steps and work in them",
    description: "Starts a run of the Task that holds at the given steps, or at the first one. " +
      `${UPLOADS_FIRST} ${AT_EACH_PAUSE}`,
    args: [{
      name: "TASK",
      asked: true,
      named: true,
      optionalWith: ["use-taskrun", ...FILE_NAMES],
      completion: "tasks",
      help: "the Task's name; asked for on a terminal",
    }, UPLOADED],
    flags: [
      ...FILES,
      { ...ON_STEP, many: true, help: "hold at this step; can be repeated" },
      ...BREAKPOINTS,
      DEBUG_IMAGE,
      PATCH,
      ...OF_UPLOAD,
      ...INTO,
      ...RUN_FLAGS,
      ...TASK_START_FLAGS,
      ...CLUSTER,
      HELP,
    ],
    examples: [
      {
        text: "Work in a Task's first step, on your local code",
        command: "tkn-dev task debug my-task . -w name=source,emptyDir=",
      },
      {
        text: "Hold at the step that fails",
        command: "tkn-dev task debug my-task --on-failure -p revision=main",
      },
    ],
  },
];
