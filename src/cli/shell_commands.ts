/** The commands for the user's shell: data. */
import { HELP } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

const COMPLETION: CommandSpec = {
  path: ["completion"],
  summary: "Print the completion script of a shell",
  description:
    "Prints a script that completes commands, flags, values and names on the cluster, for tkn-dev " +
    "and for `tkn dev`. Names are looked up with the -n, -c and -k of the typed line, for a second " +
    "at most. Load it after the completion of tkn.",
  args: [{
    name: "SHELL",
    completion: ["bash", "zsh", "fish", "powershell"],
    help: "bash, zsh, fish or powershell",
  }],
  flags: [HELP],
  examples: [
    { text: "In ~/.bashrc: source <(tkn-dev completion bash)", command: "tkn-dev completion bash" },
    {
      text: "In ~/.zshrc, after compinit: source <(tkn-dev completion zsh)",
      command: "tkn-dev completion zsh",
    },
    {
      text: "In ~/.config/fish/config.fish: tkn-dev completion fish | source",
      command: "tkn-dev completion fish",
    },
    {
      text: "In $PROFILE: tkn-dev completion powershell | Out-String | Invoke-Expression",
      command: "tkn-dev completion powershell",
    },
  ],
};

const SHELL_INIT: CommandSpec = {
  path: ["shell-init"],
  summary: "Print a shell function that adds upload and debug to tkn",
  description:
    "Prints a function tkn, which sends `tkn pipeline upload`, `tkn task upload`, `tkn pipeline " +
    "debug` and `tkn task debug` to tkn-dev, also with the aliases of pipeline and task and with " +
    "the flags -n, -c, -k and -C before the verb. Everything else goes to the real tkn unchanged.",
  args: [{
    name: "SHELL",
    completion: ["bash", "zsh", "fish"],
    help: "bash, zsh or fish",
  }],
  flags: [HELP],
  examples: [
    { text: "In ~/.bashrc: source <(tkn-dev shell-init bash)", command: "tkn-dev shell-init bash" },
    {
      text: "In ~/.config/fish/config.fish: tkn-dev shell-init fish | source",
      command: "tkn-dev shell-init fish",
    },
  ],
};

export const SHELL_COMMANDS: readonly CommandSpec[] = [COMPLETION, SHELL_INIT];

/** Commands for the scripts of `completion`, hidden from help. They take all words verbatim. */
export const COMPLETING_COMMANDS: readonly CommandSpec[] = ["__complete", "__complete_bash"].map(
  (name) => ({ path: [name], summary: "", args: [], flags: [], examples: [] }),
);
