/** Flags and arguments that several commands have: data. */
import type { ArgSpec, FlagSpec } from "./spec.ts";

export const HELP: FlagSpec = { name: "help", short: "h", help: "show this help" };

export const CLUSTER: readonly FlagSpec[] = [
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
  {
    name: "verbose",
    short: "v",
    help: "print each request, exec and protocol line on stderr, without credentials; " +
      "TKN_DEV_LOG=debug does the same",
  },
];

export const ON_TASK: FlagSpec = {
  name: "on-task",
  value: "NAME",
  help:
    "the Pipeline's task that the upload stands in for (default: the one that clones; where none does, the upload comes before the first task that needs it)",
};

export const ON_STEP = { name: "on-step", value: "NAME" };

export const PAUSE_TIMEOUT: FlagSpec = {
  name: "pause-timeout",
  value: "DURATION",
  default: "10m",
  help: "how long the run may be held, then it ends; its own timeouts are raised by it",
};

export const ALLOW_PROBE: FlagSpec = {
  name: "allow-probe",
  help: "where Tekton's resolvers may not be asked, start a run that resolves and fails at once",
};

export const WITHOUT_SHELL: FlagSpec = {
  name: "without-shell",
  help: "hold by Tekton's own entrypoint, for steps whose images have no shell",
};

export const DRY_RUN: FlagSpec = {
  name: "dry-run",
  help: "create nothing: print the run that would be created, and what was changed and why",
};

export const OUTPUT: FlagSpec = {
  name: "output",
  short: "o",
  value: "FORMAT",
  default: "yaml",
  help: "how the run is printed: yaml, json or name",
};

export const INTO: readonly FlagSpec[] = [
  {
    name: "on-workspace",
    value: "NAME",
    help:
      "the Task's workspace that receives the directory, where it has several (never one for credentials by itself)",
  },
  {
    name: "on-directory",
    value: "PATH",
    help:
      "directory inside the workspace that receives it (default: where the clone would put it), or the absolute path of one in a volume that the step mounts",
  },
  {
    name: "ignore",
    value: "PATTERN",
    many: true,
    help: "leave out what matches, as a line of .gitignore would; can be repeated",
  },
  {
    name: "ignore-file",
    value: "FILE",
    many: true,
    help:
      "a file of such lines, relative to DIR; can be repeated: a later one wins, and --ignore wins " +
      "over all (default: DIR's .tektonignore, before the others)",
  },
  {
    name: "no-ignore",
    help: "send what git ignores too: no .gitignore and no .tektonignore is read",
  },
  { name: "with-git", help: "send .git too, without passwords and tokens" },
  {
    name: "eol",
    value: "WHICH",
    default: "asis",
    help:
      "line ends of text files: asis (as they are here) or git (as git would check them out on Linux)",
  },
  {
    name: "secrets",
    value: "ACTION",
    default: "warn",
    help: "what to do about files that are secrets by their names or content: allow, warn or deny",
  },
  {
    name: "exec",
    value: "COMMAND",
    default: "tar",
    help: "the image's command that unpacks the stream",
  },
  {
    name: "compress",
    value: "WHEN",
    default: "auto",
    help: "send it compressed: auto (where the link is slow), always or never",
  },
  {
    name: "delete",
    value: "WHEN",
    alone: "always",
    default: "auto",
    help:
      "remove from the workspace all that is not in the directory; auto: what an earlier upload sent there; or never",
  },
];

/** Of what is sent, with no cluster. */
export const LOOK: readonly FlagSpec[] = [
  { name: "list", help: "send nothing: print what would be sent, a path a line" },
  {
    name: "explain",
    value: "PATH",
    many: true,
    help: "send nothing: say which rule keeps or drops this path of DIR; can be repeated",
  },
];

/** With these an argument that names something on the cluster may be left out. */
export const LOOKS: readonly string[] = LOOK.map(({ name }) => name);

/** Of a run that is started. */
export const RUN_FLAGS: readonly FlagSpec[] = [
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

export const UPLOAD_IMAGE: FlagSpec = {
  name: "upload-image",
  value: "IMAGE",
  help:
    "image that receives the upload in the step's place, where the step's own has no shell or no tar",
};

export const DEBUG_IMAGE: FlagSpec = {
  name: "debug-image",
  value: "IMAGE",
  help:
    "where the step's own image has no shell: one that has, for a debugging container in the same pod",
};

/** For the shells of `debug` and `shell`; `run` has its own words. */
export const PATCH: FlagSpec = {
  name: "patch",
  value: "FILE",
  help: "where debug-run --edit writes the change as a patch for kubectl, once it ran well",
};

export const NO_CONTINUE: readonly FlagSpec[] = [
  {
    name: "no-continue",
    help: "leave the step held, its own work not yet done, and say how to go on",
  },
  { name: "shell", help: "with --no-continue: open a shell in it" },
];

export const WATCH: FlagSpec = {
  name: "watch",
  value: "WHEN",
  alone: "after",
  help:
    "run again whenever a file was saved: after the run has ended, or with --watch=restart at once, which cancels it",
};

export const START: readonly FlagSpec[] = [
  {
    name: "param",
    short: "p",
    value: "KEY=VALUE",
    many: true,
    help: "a param of the run; can be repeated:\n" +
      "key=value\n" +
      "key=a,b or JSON for an array; again adds to it\n" +
      "key=k:v,k2:v2 or JSON for an object",
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
      "name=x,volume=2Gi, a volume for the run; storageClass=c and accessMode=ReadWriteMany go with it\n" +
      "and subPath=path with any of them",
  },
  {
    name: "serviceaccount",
    short: "s",
    value: "NAME",
    help: "service account that the run uses",
  },
];

export const DIRECTORY: ArgSpec = {
  name: "DIR",
  optional: true,
  help: "the directory to upload (default: the current one)",
};
