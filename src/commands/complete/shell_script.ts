/** Scripts for the user's shell, by the shell's name. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { printData } from "../output/print_data.ts";

/** Throws UsageError. */
export function scriptOf(scripts: Readonly<Record<string, string>>, shell: string): string {
  if (Object.hasOwn(scripts, shell)) return scripts[shell];
  throw new UsageError(`Cannot print a script for "${shell}": no such shell`, {
    hint: `one of: ${Object.keys(scripts).join(", ")}`,
  });
}

/** Returns the exit code. */
export function printScript(host: Host, script: string): number {
  printData(host, script);
  return 0;
}
