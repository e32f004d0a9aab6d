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

/** Whether the output is JSON, for a command whose only format that is. Throws UsageError. */
export function jsonFlag(flags: Flags): boolean {
  const asked = flags.text("output");
  if (asked === undefined || asked.toLowerCase() === "json") return asked !== undefined;
  throw new UsageError(`Cannot print as --output "${asked}": no such format`, {
    hint: "the only one is json",
  });
}
