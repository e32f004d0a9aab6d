/** Runs a program of this machine and captures its output. */
import type { HiddenVariable, Host } from "../host.ts";
import { pathText } from "../path_bytes.ts";
import { sayableDirectory } from "./files/byte_files.ts";
import { variableBytes } from "./variable.ts";

export const capture: Host["capture"] = async (command, { cwd, without = [] } = {}) => {
  try {
    const [program, ...args] = command;
    using directory = cwd === undefined ? undefined : sayableDirectory(cwd);
    const process = withoutVariables(without, () =>
      new Deno.Command(program, {
        args,
        cwd: directory?.name,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn());
    const { success, stdout } = await process.output();
    return success ? pathText(stdout) : undefined;
  } catch {
    return undefined; // no such program
  }
};

/**
 * Removes the variables while the call starts the program, and then restores them. To pass a whole
 * environment instead would lose the values that are not UTF-8, which Deno does not list.
 */
export function withoutVariables<T>(hidden: readonly HiddenVariable[], call: () => T): T {
  const taken: [string, string][] = [];
  for (const { name, unless } of hidden) {
    const value = variableBytes(name);
    if (value === undefined || unless?.test(value)) continue;
    Deno.env.delete(name);
    if (value.isWellFormed()) taken.push([name, value]);
  }
  try {
    return call();
  } finally {
    for (const [name, value] of taken) Deno.env.set(name, value);
  }
}
