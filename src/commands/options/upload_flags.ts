/** The flags of `pipeline upload` and `task upload`. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import { baseFlag } from "./base_flag.ts";
import {
  type BreakpointFlags,
  breakpointFlags,
  type ShellFlags,
  shellFlags,
} from "./breakpoint_flags.ts";
import { reportFlags } from "./report_flags.ts";
import { type RunFlags, runFlags } from "./run_flags.ts";
import { type SendFlags, sendFlags } from "./send_flags.ts";
import { watchMode } from "./watch_mode.ts";

/** The steps that the upload stands in for, as the user chooses them. */
export interface UploadChoice {
  /** The Pipeline's task. */
  readonly onTask?: string;
  readonly onStep?: string;
  /** The image that receives the upload, if it is not the step's own. */
  readonly image?: string;
}

export interface UploadFlags extends SendFlags, RunFlags, UploadChoice, BreakpointFlags {
  /** Where the run holds after the upload: TASK/STEP, TASK or, in a Task, STEP. */
  readonly breaks: string[];
  /** The shell that opens there on a terminal. */
  readonly shell: ShellFlags;
  /** Leave the step held after the upload: in a shell, or after printing how to continue. */
  readonly handOver?: "shell" | "words";
  /**
   * Run again when the directory changes: after the run has ended, so that the next run is created
   * then or "ahead", or at once instead of it.
   */
  readonly watch?: WatchMode;
}

/** Pure. Throws UsageError. */
export function uploadFlags(flags: Flags, directory: string | undefined): UploadFlags {
  const shell = flags.on("shell");
  if (shell && !flags.on("no-continue")) {
    throw new UsageError("Cannot open a shell: the run continues after the upload", {
      hint: "add --no-continue",
    });
  }
  const breakpoints = breakpointFlags(flags);
  const breaks = flags.texts("break");
  if (breaks.includes("")) {
    throw new UsageError('Cannot hold at --break "": it is not a name', {
      hint: "--break build/compile; --break build is its first step",
    });
  }
  checkBreakpoints(flags, breaks.length > 0 || breakpoints.onFailure);
  const image = flags.text("upload-image");
  if (image !== undefined && flags.on("no-continue")) {
    throw new UsageError("Cannot leave the step held in another image: its own work is not there", {
      hint: "leave out --upload-image or --no-continue",
    });
  }
  const run = runFlags(flags);
  if (shell && run.print !== undefined) {
    throw new UsageError("Cannot open a shell with --output: stdout is for the run alone", {
      hint: "leave out --shell or --output",
    });
  }
  const send = sendFlags(flags, directory);
  return {
    ...send,
    ...run,
    ...reportFlags(flags, {
      "--no-continue": flags.on("no-continue"),
      "--list": flags.on("list"),
      "--explain": flags.given("explain"),
    }),
    ...breakpoints,
    breaks,
    shell: shellFlags(flags),
    onTask: flags.has("on-task") ? flags.text("on-task") : undefined,
    onStep: flags.text("on-step"),
    image,
    handOver: shell ? "shell" : flags.on("no-continue") ? "words" : undefined,
    watch: watchFlag(flags),
    base: baseFlag(flags, send),
  };
}

/** Throws UsageError for flags of breakpoints without one, and with a run that is left held. */
function checkBreakpoints(flags: Flags, isAsked: boolean): void {
  const [first] = ["break", "on-failure"].filter((name) => flags.given(name));
  if (isAsked && flags.on("no-continue")) {
    throw new UsageError(`Cannot use --${first} with --no-continue: the run is left held before`, {
      hint: `leave out --${first} or --no-continue`,
    });
  }
  if (isAsked) return;
  const other = ["after", "without-shell", "debug-image", "patch"]
    .find((name) => flags.given(name) && flags.text(name) !== "false");
  if (other === undefined || flags.on("shell")) return;
  throw new UsageError(`Cannot use --${other}: the run holds nowhere after the upload`, {
    hint: "add --break or --on-failure",
  });
}

const WATCH_MODES = ["after", "ahead", "restart"] as const;
export type WatchMode = typeof WATCH_MODES[number];

function watchFlag(flags: Flags): WatchMode | undefined {
  const mode = watchMode(flags, WATCH_MODES);
  if (mode === undefined) return undefined;
  const [other, why] = flags.on("no-continue")
    ? ["--no-continue", "the run is left held, and does not end"]
    : flags.on("dry-run")
    ? ["--dry-run", "it starts no run"]
    : flags.given("output")
    ? ["--output", "the run is not followed to its end"]
    : !flags.on("showlogs")
    ? ["--showlogs=false", "the run is not followed to its end"]
    : flags.on("list")
    ? ["--list", "it starts no run"]
    : flags.given("explain")
    ? ["--explain", "it starts no run"]
    : flags.given("break")
    ? ["--break", "the next run would wait for the held one"]
    : flags.on("on-failure")
    ? ["--on-failure", "the next run would wait for the held one"]
    : [];
  if (other === undefined) return mode;
  throw new UsageError(`Cannot watch with ${other}: ${why}`, {
    hint: `leave out --watch or ${other}`,
  });
}
