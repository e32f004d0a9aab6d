/** The options that `pipeline debug` and `task debug` share. */
import type { Call } from "../../cli/parse.ts";
import { typedLine } from "../again/line.ts";
import { debugFlags } from "../options/debug_flags.ts";
import { fileFlags } from "../options/file_flags.ts";
import type { DebugOptions } from "./debug_command.ts";

/** Pure. `name` is the argument PIPELINE or TASK. Throws UsageError. */
export function debugOptions(call: Call, name: string | undefined): DebugOptions {
  const { args, flags, missing } = call;
  const own = debugFlags(flags, args.DIR);
  return {
    ...own,
    typed: typedLine(call, own.directory, own.upload !== undefined),
    name,
    unnamed: missing,
    files: fileFlags(flags, { directory: own.directory }),
  };
}
