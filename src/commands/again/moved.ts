/** Makes the paths of a command line right in another directory than that of its typing. Pure. */
import { isAbsolute, join } from "node:path";
import type { CommandLine, GivenFlag } from "../../cli/command_line.ts";
import type { Call } from "../../cli/parse.ts";

/** The files that a workspace's binding names. */
const BINDING_FILE = /((?:^|,)"?(?:volumeClaimTemplateFile|csiFile)=)([^,"]*)/g;

/** Returns the call's line, `line`, with its paths relative to `cwd` absolute. */
export function moved({ command, args }: Call, line: CommandLine, cwd: string): CommandLine {
  const path = (word: string) => isPath(word) ? join(cwd, word) : word;
  const given = command.args.filter(({ name }) => args[name] !== undefined);
  return {
    ...line,
    args: line.args.map((word, at) => given[at]?.completion === "directories" ? path(word) : word),
    flags: line.flags.map((flag) => ({ ...flag, values: flag.values.map(valueIn(flag, path)) })),
  };
}

function valueIn({ spec }: GivenFlag, path: (word: string) => string): (value: string) => string {
  if (spec.name === "workspace") {
    return (value) => value.replace(BINDING_FILE, (_, key, file) => `${key}${path(file)}`);
  }
  // The lines of --ignore-file are relative to the uploaded directory.
  const isFile = spec.value === "FILE" && spec.name !== "ignore-file";
  return isFile || spec.value === "DIR" ? path : (value) => value;
}

/** Not stdin, and not a URL. */
function isPath(word: string): boolean {
  return word !== "" && word !== "-" && !/^https?:\/\//.test(word) && !isAbsolute(word);
}
