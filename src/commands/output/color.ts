/** Whether output has colors. */
import type { Host } from "../../host.ts";

/** Honors NO_COLOR (https://no-color.org) and --no-color (`asked` false). */
export function useColor(host: Host, asked = true): boolean {
  return asked && !host.env.get("NO_COLOR");
}
