/** Reads the commands that a step runs from its script or its command line. Pure. */
import type { Step } from "../model.ts";
import { withCalls } from "../shell/shell_functions.ts";
import { type ShellCommand, shellCommands } from "../shell/shell_words.ts";
import { looksLikeClone } from "./names.ts";

/**
 * Returns the commands of a step's script, else of its command line. Empty where the image's
 * entrypoint does the work: only the image knows what the entrypoint makes of its arguments.
 */
export function stepCommands({ script, command = [], args = [], image = "" }: Step) {
  if (script) return scriptCommands(script);
  const words = [...command, ...args];
  // `sh -c TEXT`
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  if (at > 0 && /(^|\/)(a|ba|da|k|z)?sh$/.test(words[0])) {
    return scriptCommands(words[at + 1] ?? "");
  }
  if (command.length > 0 || looksLikeClone(args[0] ?? "")) return [plain(words)];
  // The entrypoint of git's own images is git.
  const [, , entrypoint] = /(^|\/)(git-init|git)([-:@]|$)/.exec(image) ?? [];
  if (entrypoint === undefined) return [];
  return [plain(words[0] === "git" ? words : [entrypoint, ...words])];
}

/** Returns a script's commands, with those that `eval` reads from its arguments. */
function scriptCommands(script: string): ShellCommand[] {
  const commands = shellCommands(script).flatMap((one) =>
    // The catalog's git-cli Task evaluates a param.
    one.words[0] === "eval"
      ? [...shellCommands(one.words.slice(1).join(" ")), ...one.substituted]
      : [one]
  );
  return withCalls(commands);
}

function plain(words: readonly string[]): ShellCommand {
  return { words, substituted: [] };
}
