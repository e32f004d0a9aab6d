/** The value of --watch. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";

/**
 * Returns one of the modes, of which the first is that of --watch alone; undefined without the
 * flag. Pure. Throws UsageError.
 */
export function watchMode<M extends string>(flags: Flags, modes: readonly M[]): M | undefined {
  const asked = flags.text("watch");
  if (asked === undefined) return undefined;
  const mode = modes.find((mode) => mode === asked);
  if (mode !== undefined) return mode;
  const others = modes.slice(1).map((mode) => `--watch=${mode}`);
  throw new UsageError(`Cannot watch as --watch="${asked}": no such mode`, {
    hint: `${["--watch", ...others.slice(0, -1)].join(", ")} or ${others.at(-1)}`,
  });
}
