/** Flags of the commands that upload a directory: data. */
import { BREAK, DEBUG_IMAGE, HOLDING, PATCH, RUN_FLAGS } from "./shared_flags.ts";
import type { FlagSpec } from "./spec.ts";

export const INTO: readonly FlagSpec[] = [
  {
    name: "on-workspace",
    value: "NAME",
    completion: "workspaces of the task",
    help: "the Task's workspace that receives the directory, if it has several (default: never a " +
      "workspace for credentials)",
  },
  {
    name: "on-directory",
    value: "PATH",
    help:
      "the directory in the workspace that receives the upload (default: where the clone would " +
      "put the source), or an absolute path in a volume that the step mounts",
  },
  {
    name: "ignore",
    value: "PATTERN",
    many: true,
    help: "leave out files that match, like a line of .gitignore; can be repeated",
  },
  {
    name: "ignore-file",
    value: "FILE",
    many: true,
    help:
      "a file of such lines, relative to DIR; can be repeated. A later file overrides an earlier " +
      "one, --ignore overrides all of them, and DIR's .tektonignore comes first",
  },
  {
    name: "no-ignore",
    help: "send ignored files too: read no .gitignore and no .tektonignore",
  },
  { name: "with-git", help: "send .git too, without passwords and tokens" },
  {
    name: "eol",
    value: "WHICH",
    default: "asis",
    completion: ["asis", "git"],
    help:
      "line ends of text files: asis (as they are on disk) or git (as git would check them out on " +
      "Linux)",
  },
  {
    name: "secrets",
    value: "ACTION",
    default: "warn",
    completion: ["allow", "warn", "deny"],
    help: "how to treat files that look like secrets by name or content: allow, warn or deny",
  },
  {
    name: "exec",
    value: "COMMAND",
    default: "tar",
    help: "the command of the image that unpacks the archive",
  },
  {
    name: "compress",
    value: "WHEN",
    default: "auto",
    completion: ["auto", "always", "never"],
    help: "when to compress the upload: auto (if the link is slow), always or never",
  },
  {
    name: "delete",
    value: "WHEN",
    alone: "always",
    default: "auto",
    completion: ["always", "auto", "never"],
    help:
      "what to remove from the workspace: always (everything that is not in the directory), auto " +
      "(only files that an earlier upload sent) or never",
  },
];

/** Flags that show which files would be sent, without a cluster. */
export const LIST_EXPLAIN: readonly FlagSpec[] = [
  { name: "list", help: "send nothing: print the paths that would be sent, one a line" },
  {
    name: "explain",
    value: "PATH",
    many: true,
    completion: "files",
    help: "send nothing: print which rule keeps or drops this path of DIR; can be repeated",
  },
];

/** Flags with which the name of a Pipeline, Task or run may be left out. */
export const LIST_EXPLAIN_NAMES: readonly string[] = LIST_EXPLAIN.map(({ name }) => name);

export const UPLOAD_IMAGE: FlagSpec = {
  name: "upload-image",
  value: "IMAGE",
  help: "the image that receives the upload, if the step's own image has no shell or no tar",
};

const NO_CONTINUE: readonly FlagSpec[] = [
  {
    name: "no-continue",
    help: "leave the step held before its own work, and print how to continue",
  },
  { name: "shell", help: "with --no-continue: open a shell in the held step" },
];

export const BASE: FlagSpec = {
  name: "base",
  value: "COMMIT",
  alone: "pushed",
  completion: ["pushed", "auto"],
  help:
    "let the clone do its own work, at this commit, and send only the changes since: a commit " +
    "that the clone can fetch, pushed (the newest ancestor of HEAD that a remote-tracking branch " +
    "has) or auto (the same, but everything is sent if that is not possible)",
};

const WATCH: FlagSpec = {
  name: "watch",
  value: "WHEN",
  alone: "after",
  completion: ["after", "ahead", "restart"],
  help:
    "run again whenever a file is saved: after the run has ended; with --watch=ahead in a run " +
    "that waits for the save; or at once with --watch=restart, which cancels the run",
};

/** The flags of an upload into a new run, of a Pipeline, a Task or a file. */
export function uploadRun(breakpoint: FlagSpec = BREAK): FlagSpec[] {
  return [
    UPLOAD_IMAGE,
    breakpoint,
    ...HOLDING,
    DEBUG_IMAGE,
    PATCH,
    ...RUN_FLAGS,
    BASE,
    WATCH,
    ...NO_CONTINUE,
  ];
}
