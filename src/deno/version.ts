/** The version of Deno that runs the program. */
import { isAtLeast } from "../version.ts";

/** The oldest supported version, as in README.md. */
const NEEDED = "2.9";

/** Returns the message for a Deno that is too old, else undefined. */
export function oldDeno(version = Deno.version.deno): string | undefined {
  if (isAtLeast(version, NEEDED)) return undefined;
  return `Error: Cannot run on Deno ${version}: it needs Deno ${NEEDED} or later\n` +
    "Hint: deno upgrade\n";
}
