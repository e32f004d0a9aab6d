/** Environment variables, which may hold any bytes. */
import { UsageError } from "../errors.ts";
import { pathText } from "../path_bytes.ts";

/** Throws UsageError for a value that is not UTF-8. */
export function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.InvalidData)) throw cause;
    throw new UsageError(`Cannot read $${name}: it is not UTF-8`, { cause });
  }
}

/**
 * As paths are read (path_bytes.ts), for what is shown, has only to be set, or is such a path; U+FFFD where the system
 * does not tell the bytes.
 */
export function variableBytes(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    return startedWith(name) ?? "\ufffd";
  }
}

/** Of the variables that the program was started with, see proc(5): it sets none that are not UTF-8. */
function startedWith(name: string): string | undefined {
  try {
    const variables = pathText(Deno.readFileSync("/proc/self/environ")).split("\0");
    return variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  } catch {
    return undefined; // not Linux
  }
}
