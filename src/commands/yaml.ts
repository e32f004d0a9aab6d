/** YAML, by the library `yaml`: the only module that knows it. */
import { parse } from "npm:yaml@2.9.1";
import { UsageError } from "../errors.ts";

/** The one document of a text. Throws UsageError with the line where it is none. */
export function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`Cannot read "${path}": ${message}`);
  }
}
