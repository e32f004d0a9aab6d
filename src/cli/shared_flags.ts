/** Flags and arguments that several commands have: data. */
import { REPORT } from "./report_flags.ts";
import type { ArgSpec, FlagSpec } from "./spec.ts";

export const HELP: FlagSpec = { name: "help", short: "h", help: "show this help" };

export const CLUSTER: readonly FlagSpec[] = [
  {
    name: "namespace",
    short: "n",
    value: "NAME",
    completion: "namespaces",
    help: "the namespace to use (default: the context's)",
  },
  {
    name: "context",
    short: "c",
    value: "NAME",
    completion: "contexts",
    help: "the context of the kubeconfig to use (default: the current one)",
  },
  {
    name: "kubeconfig",
    short: "k",
    value: "FILE",
    help: "the kubeconfig to use (default: $KUBECONFIG, then ~/.kube/config)",
  },
  {
    name: "exec-protocol",
    value: "PROTOCOL",
    default: "auto",
    completion: ["auto", "spdy", "websocket"],
    help: "what carries commands and uploads into containers: auto (SPDY, and a websocket where " +
      "something in between refuses SPDY), spdy or websocket",
  },
  {
    name: "as",
    value: "USER",
    help: "act as this user, if you may impersonate it (default: the kubeconfig's `as`)",
  },
  {
    name: "as-group",
    value: "GROUP",
    many: true,
    help: "act as a member of this group too; can be repeated, with the user of --as",
  },
  { name: "no-color", short: "C", aliases: ["nocolour"], help: "print no colors" },
  {
    name: "verbose",
    short: "v",
    help: "print each request, exec and protocol line on stderr, without credentials; " +
      "TKN_DEV_LOG=debug does the same",
  },
];

export const NO_INPUT: FlagSpec = {
  name: "no-input",
  help: "ask nothing: an error lists what is missing, as without a terminal",
};

/** Files of a new run and what it refers to. */
export const FILES: readonly FlagSpec[] = [
  {
    name: "filename",
    short: "f",
    value: "FILE",
    many: true,
    help:
      "a YAML file, directory or URL with Pipelines, Tasks and StepActions, - for stdin; can be " +
      "repeated. References by name mean them first, then the cluster's",
  },
  {
    name: "resolve-here",
    help: "read what references and annotations name from this machine, not by the cluster's " +
      "resolvers: http, git (by git, with its credentials), hub, and bundles (with Docker's or " +
      "Podman's credentials)",
  },
];

/** With it, the name may be left out: the files have the definition. */
export const FILE_NAMES: readonly string[] = ["filename"];

export const ON_TASK: FlagSpec = {
  name: "on-task",
  value: "NAME",
  completion: "tasks of the pipeline",
  help:
    "the Pipeline's task that the upload stands in for (default: the task that clones; if no task " +
    "does, the upload comes before the first task that needs it)",
};

export const ON_STEP = { name: "on-step", value: "NAME", completion: "steps" } as const;

export const PAUSE_TIMEOUT: FlagSpec = {
  name: "pause-timeout",
  value: "DURATION",
  default: "10m",
  help: "how long the run may be held before it ends; added to the run's timeouts",
};

export const ALLOW_PROBE: FlagSpec = {
  name: "allow-probe",
  help: "if you may not ask Tekton's resolvers, start a run that resolves and then fails",
};

export const WITHOUT_SHELL: FlagSpec = {
  name: "without-shell",
  help: "hold with Tekton's own entrypoint, for steps whose images have no shell",
};

/** Which steps hold and how, for every command that starts a run that holds. */
export const HOLDING: readonly FlagSpec[] = [
  { name: "on-failure", help: "hold at any step that fails" },
  { name: "after", help: "hold after the steps' own work instead of before it" },
  WITHOUT_SHELL,
];

/** A breakpoint of an upload, whose --on-step names what the upload stands in for. */
export const BREAK: FlagSpec = {
  name: "break",
  value: "TASK/STEP",
  many: true,
  completion: "task or task/step",
  help: "hold at this step after the upload, or at the first step of TASK; can be repeated. On a " +
    "terminal a shell opens there, as with `debug`; elsewhere it prints how to continue",
};

export const DRY_RUN: FlagSpec = {
  name: "dry-run",
  help: "create nothing: print the run that would be created, and the changes in it",
};

export const OUTPUT: FlagSpec = {
  name: "output",
  short: "o",
  value: "FORMAT",
  default: "yaml",
  completion: ["yaml", "json", "name"],
  help: "how to print the run: yaml, json or name",
};

/** As OUTPUT, of commands that follow the run. */
export const PRINT_RUN: FlagSpec = {
  ...OUTPUT,
  help: "print the run as yaml, json or name. Without --dry-run: create it, print it on stdout " +
    "and do not follow it",
};

export const SHOWLOGS: FlagSpec = {
  name: "showlogs",
  aliases: ["showlog"],
  default: true,
  help: "show the logs of the run, and exit with its outcome; --showlog is the same flag",
};

/** Every command that starts a run has it. */
export const NO_REMEMBER: FlagSpec = {
  name: "no-remember",
  help: "do not keep this command line for `again`; TKN_DEV_NO_REMEMBER=1 does the same",
};

/** Flags of commands that start a run that holds. */
export const RUN_FLAGS: readonly FlagSpec[] = [
  {
    name: "result",
    value: "NAME=VALUE",
    many: true,
    completion: "results",
    help: "a result for later tasks, in place of the replaced step's; can be repeated",
  },
  ALLOW_PROBE,
  SHOWLOGS,
  PAUSE_TIMEOUT,
  DRY_RUN,
  PRINT_RUN,
  ...REPORT,
  NO_REMEMBER,
];

export const DEBUG_IMAGE: FlagSpec = {
  name: "debug-image",
  value: "IMAGE",
  help: "the image of a debugging container in the same pod, if the step's own image has no shell",
};

/** For `debug`, `upload` and `shell`; `run` describes --patch differently. */
export const PATCH: FlagSpec = {
  name: "patch",
  value: "FILE",
  help: "the file for a patch for kubectl, which debug-run --edit writes after a successful run",
};

/** --watch at a held step. */
export const TURNS: readonly FlagSpec[] = [
  {
    name: "watch",
    value: "WHEN",
    alone: "restart",
    completion: ["restart", "queue"],
    help: "at a held step: whenever a file is saved, send what changed and do the step's work " +
      "again in its container. A save during the work ends it, or with --watch=queue waits",
  },
  {
    name: "clean",
    help: "with --watch: before each upload, remove from the workspace's directory what the work " +
      "made there the last time",
  },
  { name: "trace", help: "with --watch: show the step's script and each line that it executes" },
];

export const DIRECTORY: ArgSpec = {
  name: "DIR",
  optional: true,
  completion: "directories",
  help: "the directory to upload (default: the current one)",
};
