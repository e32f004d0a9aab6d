/** The flags of `pipeline debug` and `task debug`. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import { baseFlag } from "./base_flag.ts";
import {
  type AtEachPause,
  type BreakpointFlags,
  breakpointFlags,
  shellFlags,
} from "./breakpoint_flags.ts";
import { type RunFlags, runFlags } from "./run_flags.ts";
import { type SendFlags, sendFlags } from "./send_flags.ts";
import { turnFlags } from "./turn_flags.ts";
import type { UploadChoice } from "./upload_flags.ts";

export interface DebugFlags extends SendFlags, RunFlags, BreakpointFlags {
  readonly onSteps: string[];
  readonly everyStep: boolean;
  /** The upload of `directory`; undefined if nothing is uploaded. */
  readonly upload?: UploadChoice;
  readonly atPause: AtEachPause;
}

/** Pure. `given` is the argument DIR. Throws UsageError. */
export function debugFlags(flags: Flags, given: string | undefined): DebugFlags {
  const directory = uploadedDirectory(flags, given);
  const instead = flags.text("exec-instead");
  const shell = shellFlags(flags);
  const breakpoints = breakpointFlags(flags);
  if (instead !== undefined && breakpoints.after) {
    throw new UsageError("Cannot run a command instead of work that is done already", {
      hint: "leave out --after",
    });
  }
  if (instead?.trim() === "") {
    throw new UsageError('Cannot run --exec-instead "": it is not a command', {
      hint: "--exec-instead 'make check'",
    });
  }
  if (instead !== undefined && shell.patchFile !== undefined) {
    throw new UsageError(
      `Cannot write --patch "${shell.patchFile}": no shell is opened to edit in`,
      { hint: "leave out --exec-instead" },
    );
  }
  const turns = turnFlags(flags);
  if (turns !== undefined && (instead !== undefined || breakpoints.withoutShell)) {
    const other = breakpoints.withoutShell ? "--without-shell" : "--exec-instead";
    throw new UsageError(`Cannot watch with ${other}: the step's own work is not done again`, {
      hint: `leave out --watch or ${other}`,
    });
  }
  const run = runFlags(flags);
  const other = directory !== undefined
    ? "a directory"
    : instead !== undefined
    ? "--exec-instead"
    : turns !== undefined
    ? "--watch"
    : undefined;
  if (run.print !== undefined && other !== undefined) {
    throw new UsageError(`Cannot use ${other} with --output: the run is created and left to hold`, {
      hint: "leave out --output, or add --dry-run",
    });
  }
  const printed = flags.on("events")
    ? "--events"
    : flags.text("outcome") === "-"
    ? "--outcome"
    : "";
  if (printed !== "" && instead === undefined) {
    throw new UsageError(`Cannot print ${printed}: stdout is for the shell`, {
      hint: "--exec-instead COMMAND opens no shell",
    });
  }
  const send = sendFlags(flags, directory);
  return {
    ...send,
    ...run,
    ...breakpoints,
    onSteps: flags.texts("on-step"),
    everyStep: flags.on("on-every-step"),
    upload: directory === undefined ? undefined : {
      onTask: flags.has("upload-task") ? flags.text("upload-task") : undefined,
      onStep: flags.text("upload-step"),
      image: flags.text("upload-image"),
    },
    base: baseFlag(flags, send),
    atPause: instead === undefined ? { shell: { ...shell, turns } } : { instead },
  };
}

/** Returns DIR, or the value of its other spelling, --upload DIR. */
function uploadedDirectory(flags: Flags, given: string | undefined): string | undefined {
  const upload = flags.text("upload");
  const directory = given ?? upload;
  if (given !== undefined && upload !== undefined && given !== upload) {
    throw new UsageError(`Cannot use --upload "${upload}": the directory is "${given}" already`, {
      hint: "leave out one of them",
    });
  }
  if (directory !== undefined) return directory;
  const ofTurns = flags.given("watch") ? [] : ["result", "on-workspace", "on-directory"];
  const other = ["upload-task", "upload-step", "upload-image", "base", ...ofTurns]
    .find((name) => flags.has(name) && flags.given(name));
  if (other === undefined) return undefined;
  throw new UsageError(`Cannot use --${other}: nothing is uploaded`, {
    hint: `add a directory, as ., or leave out --${other}`,
  });
}
