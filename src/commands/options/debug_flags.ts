/** The flags of `pipeline debug` and `task debug`. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import { type RunFlags, runFlags } from "./run_flags.ts";
import { type SendFlags, sendFlags } from "./send_flags.ts";
import { type TurnFlags, turnFlags } from "./turn_flags.ts";

/**
 * The action at each pause: the user works in a shell, or with `turns` on local files whose saves
 * do the step's work again; a command runs; or the step stays held.
 */
export type AtEachPause =
  | { shell: { debugImage?: string; patchFile?: string; turns?: TurnFlags } }
  | { instead: string }
  | "leave";

export interface DebugFlags extends SendFlags, RunFlags {
  readonly onSteps: string[];
  readonly everyStep: boolean;
  readonly onFailure: boolean;
  readonly after: boolean;
  readonly withoutShell: boolean;
  /** Whether `directory` is sent at the first pause. */
  readonly isUpload: boolean;
  readonly atPause: AtEachPause;
}

/** Pure. Throws UsageError. */
export function debugFlags(flags: Flags): DebugFlags {
  const upload = flags.text("upload");
  const instead = flags.text("exec-instead");
  const debugImage = flags.text("debug-image");
  const patchFile = flags.text("patch");
  const after = flags.on("after");
  const withoutShell = flags.on("without-shell");
  const onFailure = flags.on("on-failure");
  if (withoutShell && (after || onFailure)) {
    throw new UsageError("Cannot hold without a shell after a step's work: only before it", {
      hint: "leave out --without-shell",
    });
  }
  if (instead !== undefined && after) {
    throw new UsageError("Cannot run a command instead of work that is done already", {
      hint: "leave out --after",
    });
  }
  if (instead?.trim() === "") {
    throw new UsageError('Cannot run --exec-instead "": it is not a command', {
      hint: "--exec-instead 'make check'",
    });
  }
  if (instead !== undefined && patchFile !== undefined) {
    throw new UsageError(`Cannot write --patch "${patchFile}": no shell is opened to edit in`, {
      hint: "leave out --exec-instead",
    });
  }
  const turns = turnFlags(flags);
  if (turns !== undefined && (instead !== undefined || withoutShell)) {
    const other = withoutShell ? "--without-shell" : "--exec-instead";
    throw new UsageError(`Cannot watch with ${other}: the step's own work is not done again`, {
      hint: `leave out --watch or ${other}`,
    });
  }
  const run = runFlags(flags);
  const other = upload !== undefined ? "--upload" : instead !== undefined ? "--exec-instead" : "";
  if (run.print !== undefined && other !== "") {
    throw new UsageError(`Cannot use ${other} with --output: the run is created and left to hold`, {
      hint: `leave out ${other} or --output, or add --dry-run`,
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
  return {
    ...sendFlags(flags, upload),
    ...run,
    onSteps: flags.texts("on-step"),
    everyStep: flags.on("on-every-step"),
    onFailure,
    after,
    withoutShell,
    isUpload: upload !== undefined,
    atPause: instead === undefined ? { shell: { debugImage, patchFile, turns } } : { instead },
  };
}
