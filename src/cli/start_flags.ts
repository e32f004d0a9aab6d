/** Flags of `tkn pipeline start` and `tkn task start`, for commands that start a run: data. */
import { NO_INPUT } from "./shared_flags.ts";
import type { FlagSpec } from "./spec.ts";

export const PARAM: FlagSpec = {
  name: "param",
  short: "p",
  value: "KEY=VALUE",
  many: true,
  completion: "params",
  help: "a param of the run; can be repeated:\n" +
    "key=value\n" +
    "key=a,b or JSON for an array; a repeated key adds to it\n" +
    "key=k:v,k2:v2 or JSON for an object",
};

export const WORKSPACE: FlagSpec = {
  name: "workspace",
  short: "w",
  value: "BINDING",
  many: true,
  completion: "workspace bindings",
  help: "the binding of a workspace; can be repeated:\n" +
    "name=x,claimName=pvc\n" +
    "name=x,emptyDir=\n" +
    "name=x,config=cm\n" +
    "name=x,secret=s\n" +
    "name=x,volumeClaimTemplateFile=f.yaml\n" +
    "name=x,csiFile=f.yaml\n" +
    "name=x,volume=2Gi\n" +
    "(a new volume; add storageClass=c or accessMode=ReadWriteMany)\n" +
    "add subPath=path to any of them; a file may be a URL",
};

/** The flags for what a run gets; questions ask for the same. */
export const INPUTS: readonly FlagSpec[] = [PARAM, WORKSPACE];

const COMMON: readonly FlagSpec[] = [
  ...INPUTS,
  {
    name: "labels",
    short: "l",
    value: "KEY=VALUE",
    many: true,
    help: "labels of the run, separated by commas; can be repeated",
  },
  {
    name: "serviceaccount",
    short: "s",
    value: "NAME",
    completion: "service accounts",
    help: "the service account of the run",
  },
];

const POD_TEMPLATE: FlagSpec = {
  name: "pod-template",
  value: "FILE",
  help: "a YAML file or URL with the pod template of the run",
};

const PREFIX_NAME: FlagSpec = {
  name: "prefix-name",
  value: "PREFIX",
  help: "begin the run's name with this prefix (default: the Pipeline's or Task's name and -run)",
};

const QUESTIONS: readonly FlagSpec[] = [
  {
    name: "use-param-defaults",
    help: "ask for no param that has a default, which is never asked for",
  },
  {
    name: "skip-optional-workspace",
    help: "do not offer optional workspaces among the questions",
  },
  NO_INPUT,
];

const LAST: FlagSpec = {
  name: "last",
  short: "L",
  help: "start the last run again, with its values; other flags replace single ones",
};

const LIMIT = "as 90s, 10m or 1h30m; 0 is no limit";

export const PIPELINE_START_FLAGS: readonly FlagSpec[] = [
  ...COMMON,
  {
    name: "task-serviceaccount",
    value: "TASK=NAME",
    many: true,
    help:
      "the service account of one of the Pipeline's tasks, separated by commas; can be repeated",
  },
  POD_TEMPLATE,
  PREFIX_NAME,
  { name: "pipeline-timeout", value: "DURATION", help: `the timeout of the run, ${LIMIT}` },
  {
    name: "tasks-timeout",
    value: "DURATION",
    help: "the timeout of the run's tasks before finally",
  },
  { name: "finally-timeout", value: "DURATION", help: "the timeout of the run's finally tasks" },
  {
    name: "timeout",
    value: "DURATION",
    isHidden: true,
    help: "deprecated: --pipeline-timeout",
  },
  LAST,
  {
    name: "use-pipelinerun",
    value: "RUN",
    completion: "runs",
    help: "start this run again, as with --last",
  },
  {
    name: "resolvertype",
    value: "TYPE",
    completion: ["hub", "git", "http", "cluster", "bundle", "remote"],
    help:
      "with --last: the last run whose Pipeline came by this resolver: hub, git, http, cluster, " +
      "bundle, or remote for any; PIPELINE may be left out",
  },
  ...QUESTIONS,
  {
    name: "exit-with-pipelinerun-error",
    short: "E",
    help: "exit with the run's outcome, which is the default",
  },
];

/** Credentials for the registry of --image, in place of those of Docker's and Podman's files. */
const REMOTE: readonly FlagSpec[] = [
  {
    name: "remote-bearer",
    value: "TOKEN",
    isSecret: true,
    help: "with --image: a token for the registry",
  },
  {
    name: "remote-username",
    value: "NAME",
    help: "with --image: the user at the registry, with --remote-password",
  },
  {
    name: "remote-password",
    value: "PASSWORD",
    isSecret: true,
    help: "with --image: the user's password at the registry",
  },
  {
    name: "remote-skip-tls",
    help: "with --image: accept any certificate of the registry",
  },
];

export const TASK_START_FLAGS: readonly FlagSpec[] = [
  ...COMMON,
  POD_TEMPLATE,
  PREFIX_NAME,
  { name: "timeout", value: "DURATION", help: `the timeout of the run, ${LIMIT}` },
  LAST,
  {
    name: "use-taskrun",
    value: "RUN",
    completion: "runs",
    help: "start this run again, as with --last",
  },
  {
    name: "image",
    short: "i",
    value: "REF",
    help: "a Tekton bundle that has the Task; it is read from this machine, with the credentials " +
      "of Docker or Podman",
  },
  ...REMOTE,
  ...QUESTIONS,
];
