/** Flags whose value is one of a few words. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";

/** Returns the flag's value as one of `values`. Throws UsageError for any other. */
export function choiceFlag<T extends string>(
  flags: Flags,
  name: string,
  values: readonly T[],
): T {
  const asked = flags.text(name);
  const value = values.find((value) => value === asked);
  if (value !== undefined) return value;
  throw new UsageError(`Cannot take --${name} "${asked}": no such choice`, {
    hint: `one of: ${values.join(", ")}`,
  });
}
