/** The flags of `pipeline upload` and `task upload`. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import { baseFlag } from "./base_flag.ts";
import { reportFlags } from "./report_flags.ts";
import { type RunFlags, runFlags } from "./run_flags.ts";
import { type SendFlags, sendFlags } from "./send_flags.ts";
import { watchMode } from "./watch_mode.ts";

export interface UploadFlags extends SendFlags, RunFlags {
  readonly onStep?: string;
  /** The image that receives the upload, if it is not the step's own. */
  readonly image?: string;
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
    onStep: flags.text("on-step"),
    image,
    handOver: shell ? "shell" : flags.on("no-continue") ? "words" : undefined,
    watch: watchFlag(flags),
    base: baseFlag(flags, send),
  };
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
    : [];
  if (other === undefined) return mode;
  throw new UsageError(`Cannot watch with ${other}: ${why}`, {
    hint: `leave out --watch or ${other}`,
  });
}
