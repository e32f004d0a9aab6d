/** Reads environment variables, which may contain any bytes. */
import { UsageError } from "../errors.ts";
import { pathText } from "../path_bytes.ts";

/** Returns the value. Throws UsageError if it is not UTF-8. */
export function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.InvalidData)) throw cause;
    throw new UsageError(`Cannot read $${name}: it is not UTF-8`, { cause });
  }
}

/**
 * Returns the value decoded like a path (path_bytes.ts), for display, for a test that it is set,
 * and for paths; U+FFFD if the system does not give the bytes.
 */
export function variableBytes(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    return startedWith(name) ?? "\ufffd";
  }
}

/**
 * Returns the value that the program was started with, see proc(5). The program itself sets only
 * UTF-8.
 */
function startedWith(name: string): string | undefined {
  try {
    const variables = pathText(Deno.readFileSync("/proc/self/environ")).split("\0");
    return variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  } catch {
    return undefined; // not Linux
  }
}
