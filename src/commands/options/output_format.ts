/** The formats of --output. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";

const FORMATS = ["yaml", "json", "name"] as const;
export type OutputFormat = typeof FORMATS[number];

/** Reads the format in any case, as tkn does. Throws UsageError for an unknown format. */
export function outputFormat(flags: Flags): OutputFormat {
  const asked = flags.text("output");
  const format = FORMATS.find((format) => format === asked?.toLowerCase());
  if (format !== undefined) return format;
  throw new UsageError(`Cannot print as --output "${asked}": no such format`, {
    hint: `one of: ${FORMATS.join(", ")}`,
  });
}
