/** The flags of the `logs` commands. */
import type { Call, Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { ConnectOptions } from "../../host.ts";
import type { LogSelection } from "../../run/logs/log_selection.ts";
import type { RunKind } from "../../tekton/model.ts";
import type { LogOptions } from "../../view/log_line.ts";
import type { AskFlags } from "../ask/converse.ts";
import { type ReportFlags, reportFlags } from "../options/report_flags.ts";
import { connectFlags } from "../options/connect_flags.ts";

/** The run that the command line names, or the runs of which one is to be chosen. */
export interface RunChoice {
  readonly connect: ConnectOptions;
  readonly kind: RunKind;
  readonly run?: string;
  /** The name of the Pipeline or Task whose runs these are; undefined for all runs. */
  readonly of?: string;
  /** The error for a name of the Pipeline or Task that is missing. */
  readonly unnamed?: UsageError;
  readonly last: boolean;
  /** The length of the list. */
  readonly limit: number;
}

export interface LogsFlags extends RunChoice, ReportFlags, AskFlags {
  readonly follows: boolean;
  /** Exit with the run's outcome also without --follow. */
  readonly exitsWithOutcome: boolean;
  readonly selection: LogSelection;
  readonly onlyFailed: boolean;
  readonly logs: Pick<LogOptions, "prefix" | "long" | "timestamps">;
}

const KINDS: Record<string, RunKind> = {
  pipeline: "PipelineRun",
  pipelinerun: "PipelineRun",
  task: "TaskRun",
  taskrun: "TaskRun",
};

/** Pure. Throws UsageError. */
export function logsFlags(call: Call) {
  const { command: { path: [group], flags: specs }, args, flags, missing: unnamed } = call;
  const has = (name: string) => specs.some((spec) => spec.name === name);
  const isOn = (name: string) => has(name) && flags.on(name);
  const names = (name: string) =>
    has(name) ? flags.texts(name).flatMap((text) => text.split(",")).filter(Boolean) : [];
  return {
    connect: connectFlags(flags),
    kind: KINDS[group],
    run: args.RUN,
    of: args.PIPELINE ?? args.TASK,
    unnamed,
    last: flags.on("last"),
    limit: limitFlag(flags),
    noInput: flags.on("no-input"),
    follows: flags.on("follow"),
    exitsWithOutcome: flags.on("exit-with-pipelinerun-error"),
    selection: { tasks: names("task"), steps: names("step"), preparing: flags.on("all") },
    onlyFailed: isOn("log-failed"),
    color: !flags.on("no-color"),
    ...logReportFlags(flags),
    logs: {
      prefix: flags.on("prefix"),
      long: isOn("long"),
      timestamps: flags.on("timestamps"),
    },
  } satisfies LogsFlags;
}

/** The outcome is known at the run's end. */
function logReportFlags(flags: Flags): ReportFlags {
  const asked = ["junit", "outcome"].find((name) => flags.given(name));
  if (asked !== undefined && !flags.on("follow")) {
    throw new UsageError(`Cannot write --${asked}: the run is not followed to its end`, {
      hint: "add --follow",
    });
  }
  return reportFlags(flags, {});
}

function limitFlag(flags: Flags): number {
  const text = flags.text("limit")!;
  if (/^0*[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`Cannot read --limit "${text}": it is not a positive number`, {
    hint: "--limit 5",
  });
}
