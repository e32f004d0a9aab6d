/** The calls that repeat a remembered one. Pure. */
import type { Call } from "./parse.ts";

/** Returns whether the call repeats a remembered one: `again`, or `upload --last` of no name. */
export function repeats({ command: { path }, args, flags }: Call): boolean {
  if (path[0] === "again") return true;
  if (!["upload", "pipeline upload", "task upload"].includes(path.join(" "))) return false;
  const isNamed = (args.PIPELINE ?? args.TASK) !== undefined ||
    ["filename", "resolvertype", "list", "explain"].some((name) =>
      flags.has(name) && flags.given(name)
    );
  return flags.on("last") && !isNamed;
}
