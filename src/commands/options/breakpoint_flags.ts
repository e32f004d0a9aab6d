/** The flags that say where a run holds, and what happens there. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { TurnFlags } from "./turn_flags.ts";

/** The shell that opens where a run holds. */
export interface ShellFlags {
  /** The image of a debugging container, if the step's own image has no shell. */
  readonly debugImage?: string;
  /** The file for the patch of an edited script. */
  readonly patchFile?: string;
  /** Work in turns on local files, whose saves do the step's work again. */
  readonly turns?: TurnFlags;
}

/**
 * The action at each pause: the user works in a shell or in turns, a command runs, the step stays
 * held and the run is left, or the step stays held and the run is followed.
 */
export type AtEachPause =
  | { readonly shell: ShellFlags }
  | { readonly instead: string }
  | "leave"
  | "follow";

export interface BreakpointFlags {
  readonly onFailure: boolean;
  readonly after: boolean;
  readonly withoutShell: boolean;
}

/** Pure. Throws UsageError. */
export function breakpointFlags(flags: Flags): BreakpointFlags {
  const after = flags.on("after");
  const withoutShell = flags.on("without-shell");
  const onFailure = flags.on("on-failure");
  if (withoutShell && (after || onFailure)) {
    throw new UsageError("Cannot hold without a shell after a step's work: only before it", {
      hint: "leave out --without-shell",
    });
  }
  return { onFailure, after, withoutShell };
}

/** Pure. */
export function shellFlags(flags: Flags): ShellFlags {
  return { debugImage: flags.text("debug-image"), patchFile: flags.text("patch") };
}

/** Returns the task and the step of TASK/STEP. Throws UsageError. Pure. */
export function taskAndStep(flag: string, text: string): { task: string; step: string } {
  const slash = text.indexOf("/");
  if (slash > 0 && slash < text.length - 1) {
    return { task: text.slice(0, slash), step: text.slice(slash + 1) };
  }
  const hint = flag === "break"
    ? "--break build/compile; --break build is its first step"
    : "--on-step build/compile; --on-task build is its first step";
  throw new UsageError(`Cannot hold at --${flag} "${text}": it is not TASK/STEP`, { hint });
}
