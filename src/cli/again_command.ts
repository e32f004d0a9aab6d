/** `again`: data. */
import { DEBUG_COMMANDS } from "./debug_commands.ts";
import { DIRECTORY, HELP } from "./shared_flags.ts";
import type { CommandSpec, FlagSpec } from "./spec.ts";
import { START_COMMANDS } from "./start_commands.ts";

/** The flags that help shows; the others are on the pages of the commands that are repeated. */
const SHOWN = ["param", "workspace", "watch", "dry-run", "namespace", "context", "kubeconfig"];

/** Returns the command, with the flags of `uploads` and of the other commands it repeats. */
export function againCommand(uploads: readonly CommandSpec[]): CommandSpec {
  const all = [...uploads, ...DEBUG_COMMANDS, ...START_COMMANDS].flatMap(({ flags }) => flags);
  const flags = all.filter(({ name }, at) => all.findIndex((one) => one.name === name) === at)
    .filter(({ name }) => name !== HELP.name).map(shownOrHidden);
  return {
    path: ["again"],
    summary: "Repeat the last upload, debug or start of a directory",
    description:
      "Repeats the last command of the directory that started a run, with the answers to its " +
      "questions and the same context and namespace, and prints its command line first. Takes " +
      "the flags of that command: they win over the remembered ones, -p and -w by name. A " +
      "directory's last command line is remembered in a file that only you can read; " +
      "--no-remember or TKN_DEV_NO_REMEMBER=1 turns that off.",
    args: [{ ...DIRECTORY, help: "the directory whose last command is repeated (default: .)" }],
    flags: [...flags, HELP],
    examples: [
      { text: "Repeat the last upload of this directory", command: "tkn-dev again" },
      {
        text: "With another param, on every save",
        command: "tkn-dev again -p level=debug --watch",
      },
      { text: "See the run that would be created", command: "tkn-dev again --dry-run" },
    ],
  };
}

function shownOrHidden(flag: FlagSpec): FlagSpec {
  return { ...flag, isHidden: !SHOWN.includes(flag.name) };
}
