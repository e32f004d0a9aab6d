/** The flags that say how a run is started and shown. */
import type { Flags } from "../../cli/parse.ts";
import {
  parseDuration,
  parseKeyValue,
  parseParamValue,
  parseWorkspace,
  type WorkspaceFlag,
} from "../../cli/values.ts";
import { UsageError } from "../../errors.ts";
import type { ConnectOptions } from "../../host.ts";
import type { ParamType, ParamValue } from "../../tekton/model.ts";
import { connectFlags } from "./connect_flags.ts";
import { type OutputFormat, outputFormat } from "./output_format.ts";

export interface RunFlags {
  readonly connect: ConnectOptions;
  readonly showlogs: boolean;
  /** How long the run may be held. */
  readonly pauseSeconds: number;
  /** Print the run in this format, and create nothing. */
  readonly dryRun?: OutputFormat;
  readonly params: { name: string; text: string }[];
  readonly workspaces: WorkspaceFlag[];
  readonly results: { name: string; value: string }[];
  readonly serviceAccount?: string;
  /** Whether a probe run may resolve a remote reference if the user may not ask a resolver. */
  readonly allowProbe: boolean;
  readonly color: boolean;
}

/** Pure. Throws UsageError. */
export function runFlags(flags: Flags): RunFlags {
  return {
    connect: connectFlags(flags),
    showlogs: flags.on("showlogs"),
    pauseSeconds: parseDuration(flags.text("pause-timeout")!, "pause-timeout"),
    dryRun: dryRunFlag(flags),
    params: flags.texts("param").map((text) => {
      const { name, value } = parseKeyValue(text, "param");
      return { name, text: value };
    }),
    workspaces: flags.texts("workspace").map(parseWorkspace),
    results: flags.texts("result").map((text) => parseKeyValue(text, "result")),
    serviceAccount: flags.text("serviceaccount"),
    allowProbe: flags.on("allow-probe"),
    color: !flags.on("no-color"),
  };
}

function dryRunFlag(flags: Flags): OutputFormat | undefined {
  const format = outputFormat(flags);
  if (!flags.on("dry-run") && flags.given("output")) {
    throw new UsageError(`Cannot print as --output "${format}": only --dry-run prints the run`, {
      hint: "add --dry-run",
    });
  }
  return flags.on("dry-run") ? format : undefined;
}

/** Reads a param's text as its declared type, for bindParams. Throws UsageError. */
export function readParam(name: string, text: string, type: ParamType): ParamValue {
  try {
    return parseParamValue(text, type);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`Cannot set param "${name}": it is an ${type}, and "${text}" is not`, {
      hint: error.hint?.replace("name=", () => `${name}=`),
    });
  }
}

/** Returns the values of --result by their names. */
export function givenResults({ results }: Pick<RunFlags, "results">): Record<string, string> {
  return Object.fromEntries(results.map(({ name, value }) => [name, value]));
}
