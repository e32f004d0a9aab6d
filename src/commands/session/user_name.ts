/** The user's name, shown to others who work at the same step. */
import type { Host } from "../../host.ts";

export function userName({ env }: Pick<Host, "env">): string {
  return env.get("USER") ?? env.get("LOGNAME") ?? "somebody";
}
