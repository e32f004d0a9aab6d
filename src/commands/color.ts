/** Whether what is written has colours. */
import type { Host } from "../host.ts";

/** https://no-color.org */
export function useColor(host: Host, asked = true): boolean {
  return asked && !host.env.get("NO_COLOR");
}
