/** Environment variables, which may hold any bytes. */
import { UsageError } from "../errors.ts";

/** Throws UsageError for a value that is not UTF-8. */
export function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.InvalidData)) throw cause;
    throw new UsageError(`Cannot read $${name}: it is not UTF-8`, { cause });
  }
}

/** For what is only shown, or only has to be set: U+FFFD where the value is not UTF-8. */
export function variableOrSign(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    return "\ufffd";
  }
}
