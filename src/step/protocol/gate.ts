/** The line that a gate prints once it holds: gate.sh, or Tekton's own entrypoint. Pure. */
import { BREAKPOINT_LINES } from "../entrypoint.ts";

/** The start of the line that gate.sh prints, up to the path of the workspace. */
export const HELD_PREFIX = "tkn-dev: held, workspace: ";

/** The same after the step did its work, which may have left an unfinished line. */
const HELD_AFTER = /^(.*)tkn-dev: held after exit code (\d+), workspace: (.*)$/;

/** The kind of gate: the script in place of the step, or the entrypoint before it. */
export type GateKind = "script" | "entrypoint";

export interface HeldLine {
  readonly gate: GateKind;
  /** The path of the workspace; "" if the step has none, or it is not known. */
  readonly directory: string;
  /**
   * The directory below it that the upload goes to, as Tekton has filled it in; "" for the
   * workspace itself. Not validated.
   */
  readonly into: string;
  /** The exit code of the step's work, if that is done. */
  readonly exitCode?: number;
  /** The output of the step in front of the gate's words. */
  readonly before: string;
}

/**
 * Reads a line of a step's log in which a gate says that it holds. Returns undefined for any other
 * line, and for one with an invalid path or exit code.
 */
export function readHeldLine(line: string): HeldLine | undefined {
  if (line.startsWith(HELD_PREFIX)) {
    const [directory, into] = placesOf(line.slice(HELD_PREFIX.length));
    return isWorkspacePath(directory) ? { gate: "script", directory, into, before: "" } : undefined;
  }
  const [, before, code, places = ""] = HELD_AFTER.exec(line) ?? [];
  const [directory, into] = placesOf(places);
  if (code !== undefined && Number(code) <= 255 && isWorkspacePath(directory)) {
    return { gate: "script", directory, into, exitCode: Number(code), before };
  }
  return line.includes(BREAKPOINT_LINES.beforeStep)
    ? { gate: "entrypoint", directory: "", into: "", before: "" }
    : undefined;
}

/** Reads a line in which Tekton's entrypoint says which breakpoint took effect. */
export function readBreakpointLine(line: string): keyof typeof BREAKPOINT_LINES | undefined {
  return (["beforeStep", "onFailure"] as const).find((kind) =>
    line.includes(BREAKPOINT_LINES[kind])
  );
}

const INTO = ", directory: ";

/** Splits the workspace from the directory below it. The path of a mount has no ":". */
function placesOf(text: string): [workspace: string, into: string] {
  const at = text.indexOf(INTO);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + INTO.length)];
}

/** Returns whether the path is empty, or absolute without "." and ".." components. */
function isWorkspacePath(path: string): boolean {
  if (path === "") return true;
  return path.startsWith("/") && path.length <= 4096 && !/\0|(^|\/)\.\.?(\/|$)/.test(path);
}
