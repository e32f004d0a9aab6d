/**
 * Tekton's own entrypoint as a gate, for images without a shell: every step's container has it, and
 * at its breakpoint it says so in its log and waits for a file.
 * Source: Tekton 1.9, cmd/entrypoint/main.go, pkg/entrypoint/entrypointer.go, cmd/entrypoint/subcommands.
 */

import { HOLDS_VARIABLE } from "./copies.ts";

const ENTRYPOINT = "/tekton/bin/entrypoint";
const DIRECTORY = "/tkn-dev";
/** What the breakpoint's files are named after, in a gate of ours. */
export const POST_FILE = `${DIRECTORY}/out`;

/** What it says once it holds, by the kind of breakpoint. Its log's lines have the time in front. */
export const BREAKPOINT_LINES = {
  beforeStep: "debug before step breakpoint has taken effect",
  onFailure: "debug onFailure breakpoint has taken effect",
};

/**
 * The command line of a step that holds and does nothing more. In a copy of its run the variable is empty, which is no
 * truth value: the entrypoint says so and ends with exit code 2.
 */
export const waiting = {
  command: [ENTRYPOINT],
  args: [
    `-debug_before_step=$(${HOLDS_VARIABLE})`,
    ...["-post_file", POST_FILE],
    ...["-step_metadata_dir", `${DIRECTORY}/step`],
    ...["-termination_path", `${DIRECTORY}/termination`],
    ...["-entrypoint", ENTRYPOINT, "--", "step-init"], // which does nothing
  ],
};

/** Writes its stdin to a file of the container; what was longer there keeps its end. */
export function writeCommand(path: string): string[] {
  return [ENTRYPOINT, "cp", "/dev/stdin", path];
}

/** Where a step's results are written, from within its own container. */
export function stepResultPath(step: string, result: string): string {
  return `/tekton/steps/step-${step}/results/${result}`;
}

/** Each of them lets the step go, once it is there. */
export function releaseFiles(postFile: string, kind: keyof typeof BREAKPOINT_LINES): string[] {
  return kind === "onFailure"
    ? [`${postFile}.breakpointexit`]
    : [`${postFile}.beforestepexit`, `${postFile}.beforestepexit.err`];
}

/** Exits with 0 where there is such a file, with 1 where there is none. */
export function existsCommand(path: string): string[] {
  return [ENTRYPOINT, "cp", path, "/dev/null"];
}

/** Makes an empty file. */
export function touchCommand(path: string): string[] {
  return [ENTRYPOINT, "cp", "/dev/null", path];
}

/** Where Tekton puts the scripts of its own breakpoints; they need a shell. */
export const NATIVE_SCRIPTS = "/tekton/debug/scripts";
