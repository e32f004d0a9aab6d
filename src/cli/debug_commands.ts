/** `pipeline debug` and `task debug`: data. */
import {
  CLUSTER,
  DEBUG_IMAGE,
  HELP,
  INTO,
  ON_STEP,
  ON_TASK,
  PATCH,
  RUN_FLAGS,
  START,
  WITHOUT_SHELL,
} from "./shared_flags.ts";
import type { CommandSpec, FlagSpec } from "./spec.ts";

const BREAKPOINTS: readonly FlagSpec[] = [
  { name: "on-every-step", help: "hold at every step" },
  { name: "on-failure", help: "hold where a step fails, whichever it is" },
  { name: "after", help: "hold after the steps' own work instead of before it" },
  WITHOUT_SHELL,
];

const AT_PAUSE: readonly FlagSpec[] = [
  { name: "upload", value: "DIR", help: "send this directory at the first pause" },
  {
    name: "exec-instead",
    value: "COMMAND",
    help: "no shell: the command for sh that each held step does instead of its own work",
  },
];

const WHAT_IT_DOES =
  "When the run comes there it is paused, and a shell opens in exactly that container: " +
  "debug-run does the step's own work, shows all of it and comes back, debug-continue lets the " +
  "step go on, debug-fail-continue lets it fail, and leaving the shell asks what to do. Then " +
  "follows the run to the next pause and its end, and exits with its outcome.";

export const DEBUG_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["pipeline", "debug"],
    summary: "Hold steps and work in them",
    description: `Starts a run of the Pipeline that holds at the given steps. ${WHAT_IT_DOES}`,
    args: [{ name: "PIPELINE", help: "the Pipeline's name" }],
    flags: [
      { ...ON_TASK, many: true, help: "hold at this task's first step; can be repeated" },
      { ...ON_STEP, value: "TASK/STEP", many: true, help: "hold at this step; can be repeated" },
      ...BREAKPOINTS,
      ...AT_PAUSE,
      DEBUG_IMAGE,
      PATCH,
      ...INTO,
      ...RUN_FLAGS,
      ...START,
      ...CLUSTER,
      HELP,
    ],
    examples: [
      {
        text: "Work in a step of a Pipeline",
        command: "tkn-dev pipeline debug my-pipeline --on-step build/compile",
      },
      {
        text: "Find out why it fails, on the code in front of you",
        command: "tkn-dev pipeline debug my-pipeline --on-failure --on-task clone --upload .",
      },
      {
        text: "Do something else in a step's place, with nobody there",
        command: "tkn-dev pipeline debug my-pipeline --on-step test/run --exec-instead make",
      },
    ],
  },
  {
    path: ["task", "debug"],
    summary: "Hold steps and work in them",
    description:
      `Starts a run of the Task that holds at the given steps, else at the first. ${WHAT_IT_DOES}`,
    args: [{ name: "TASK", help: "the Task's name" }],
    flags: [
      { ...ON_STEP, many: true, help: "hold at this step; can be repeated" },
      ...BREAKPOINTS,
      ...AT_PAUSE,
      DEBUG_IMAGE,
      PATCH,
      ...INTO,
      ...RUN_FLAGS,
      ...START,
      ...CLUSTER,
      HELP,
    ],
    examples: [
      {
        text: "Work in a Task's first step, on the code in front of you",
        command: "tkn-dev task debug my-task --upload . -w name=source,emptyDir=",
      },
      {
        text: "Hold where it fails",
        command: "tkn-dev task debug my-task --on-failure -p revision=main",
      },
    ],
  },
];
