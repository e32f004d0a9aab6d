/** Checks what --watch at a held step needs. */
import { UsageError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";

/** Throws UsageError if there is no terminal, or if the step cannot do its work in place. */
export function checkWatch({ terminal }: Host, pause?: Pause): void {
  if (!(terminal.isTerminal.stdin && terminal.isTerminal.stderr)) {
    throw new UsageError("Cannot watch: stdin is not a terminal, so no key could end it", {
      hint: "leave out --watch to do the work once",
    });
  }
  if (pause !== undefined && pause.gate !== "script") {
    throw new UsageError(
      `Cannot watch at step "${
        stepPath(pause)
      }": it is held without a shell, so its work runs once`,
      { hint: "hold it with a shell: its image needs one" },
    );
  }
}
