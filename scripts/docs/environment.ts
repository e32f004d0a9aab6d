/** Variables and files that the program reads, for the reference and the man page. Data. */
export interface Named {
  readonly name: string;
  readonly text: string;
}

export const ENVIRONMENT: readonly Named[] = [
  {
    name: "KUBECONFIG",
    text: "the kubeconfig, or several of them, where --kubeconfig is not given",
  },
  { name: "VISUAL, EDITOR", text: "the editor that --edit opens; VISUAL comes first" },
  { name: "TKN_DEV_LOG", text: "debug: the same as --verbose" },
  { name: "NO_COLOR", text: "with any value: no colors" },
  {
    name: "CLICOLOR_FORCE",
    text: "with any value but 0: colors also in a pipe or a file; `NO_COLOR` is stronger",
  },
  { name: "TERM", text: "with the value dumb: no colors, and progress as lines" },
  { name: "TKN_DEV_NO_REMEMBER", text: "with any value: the same as --no-remember" },
  {
    name: "XDG_STATE_HOME",
    text: "where tkn-dev/ has the command lines for `again`, in place of ~/.local/state",
  },
  {
    name: "KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT",
    text: "the API server, in a pod with a service account and no kubeconfig",
  },
];

export const FILES: readonly Named[] = [
  { name: "~/.kube/config", text: "the kubeconfig, where neither KUBECONFIG nor a flag names one" },
  {
    name: "~/.local/state/tkn-dev",
    text:
      "the last command line of each directory, for `again`; on macOS in ~/Library/Application " +
      "Support, on Windows in %LOCALAPPDATA%",
  },
  {
    name: ".gitignore, .git/info/exclude, core.excludesFile",
    text: "paths that an upload leaves out, as git reads them",
  },
  {
    name: ".tektonignore",
    text: "of the uploaded directory: more such lines, which win over those of git",
  },
  {
    name: ".tkn-dev-upload",
    text: "in a workspace: the record and the lock of the uploads into it; git ignores it",
  },
];
