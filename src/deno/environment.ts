/** The environment, as paths are read: a value that is not UTF-8 too, which Deno refuses. */
import { pathText } from "../path_bytes.ts";

export function environmentVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return byteVariable(name);
  }
}

/** Of the variables that the program was started with, see proc(5): it sets none itself that are not UTF-8. */
function byteVariable(name: string): string | undefined {
  const variables = pathText(Deno.readFileSync("/proc/self/environ")).split("\0");
  const found = variables.find((variable) => variable.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}
