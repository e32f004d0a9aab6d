/** What `pipeline debug` and `task debug` share on the command line: strings in, typed values out. */
import type { Flags } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { AtEachPause } from "./held_run.ts";
import { type RunFlags, runFlags, type SendFlags, sendFlags } from "./upload_options.ts";

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
    throw new UsageError('Cannot run --exec-instead "": it is no command', {
      hint: "--exec-instead 'make check'",
    });
  }
  if (instead !== undefined && patchFile !== undefined) {
    throw new UsageError(`Cannot write --patch "${patchFile}": no shell is opened to edit in`, {
      hint: "leave out --exec-instead",
    });
  }
  return {
    ...sendFlags(flags, upload),
    ...runFlags(flags),
    onSteps: flags.texts("on-step"),
    everyStep: flags.on("on-every-step"),
    onFailure,
    after,
    withoutShell,
    isUpload: upload !== undefined,
    atPause: instead === undefined ? { shell: { debugImage, patchFile } } : { instead },
  };
}
