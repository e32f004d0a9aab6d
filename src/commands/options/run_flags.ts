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
import type { AskFlags } from "../ask/converse.ts";
import { connectFlags } from "./connect_flags.ts";
import { type OutputFormat, outputFormat } from "./output_format.ts";
import { type ReportFlags, reportFlags } from "./report_flags.ts";
import { type StartFlags, startFlags } from "./start_flags.ts";

/** The params and workspaces of a run. */
export interface InputFlags {
  readonly params: { name: string; text: string }[];
  readonly workspaces: WorkspaceFlag[];
}

/** The flags of every command that starts a run. */
export interface NewRunFlags extends StartFlags, ReportFlags, InputFlags, AskFlags {
  readonly connect: ConnectOptions;
  readonly showlogs: boolean;
  /** Print the run in this format, and create nothing. */
  readonly dryRun?: OutputFormat;
  /** Print the created run in this format, and do not follow it. */
  readonly print?: OutputFormat;
  /** Whether a probe run may resolve a remote reference if the user may not ask a resolver. */
  readonly allowProbe: boolean;
  /** Whether this program may read public URLs in place of a resolver. */
  readonly resolvesHere?: boolean;
  /** Whether optional workspaces are offered among questions. */
  readonly offersOptional: boolean;
}

/** The flags of commands that start a run that holds. */
export interface RunFlags extends NewRunFlags {
  /** How long the run may be held. */
  readonly pauseSeconds: number;
  readonly results: { name: string; value: string }[];
}

/** Pure. Throws UsageError. */
export function newRunFlags(flags: Flags): NewRunFlags {
  return {
    ...startFlags(flags),
    connect: connectFlags(flags),
    ...outputFlags(flags),
    ...reportFlags(flags, {
      "--dry-run": flags.on("dry-run"),
      "--output": flags.given("output"),
      "--showlogs=false": !flags.on("showlogs"),
    }),
    ...inputFlags(flags),
    noInput: flags.on("no-input"),
    offersOptional: !flags.on("skip-optional-workspace"),
    allowProbe: flags.on("allow-probe"),
    ...(flags.has("resolve-here") && flags.on("resolve-here") ? { resolvesHere: true } : {}),
    color: !flags.on("no-color"),
  };
}

/** Pure. Throws UsageError. */
export function inputFlags(flags: Flags): InputFlags {
  return {
    params: flags.texts("param").map((text) => {
      const { name, value } = parseKeyValue(text, "param");
      return { name, text: value };
    }),
    workspaces: flags.texts("workspace").map(parseWorkspace),
  };
}

/** Pure. Throws UsageError. */
export function runFlags(flags: Flags): RunFlags {
  return {
    ...newRunFlags(flags),
    pauseSeconds: parseDuration(flags.text("pause-timeout")!, "pause-timeout"),
    ...resultFlags(flags),
  };
}

/** Pure. Throws UsageError. */
export function resultFlags(flags: Flags): Pick<RunFlags, "results"> {
  return { results: flags.texts("result").map((text) => parseKeyValue(text, "result")) };
}

/** Without --dry-run, --output prints the created run, and nothing else goes to stdout. */
function outputFlags(flags: Flags): Pick<NewRunFlags, "showlogs" | "dryRun" | "print"> {
  const format = outputFormat(flags);
  const isAsked = flags.given("output");
  if (isAsked && flags.given("showlogs") && flags.on("showlogs")) {
    throw new UsageError("Cannot show logs with --output: stdout is for the run alone", {
      hint: "leave out --showlogs or --output",
    });
  }
  const isDry = flags.on("dry-run");
  return {
    showlogs: flags.on("showlogs") && (isDry || !isAsked),
    dryRun: isDry ? format : undefined,
    print: isAsked && !isDry ? format : undefined,
  };
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
