/**
 * Tekton's entrypoint as a gate, for images without a shell. The container of every step has it. At
 * a breakpoint it writes a line to its log and waits for a file.
 *
 * Source: Tekton 1.9, cmd/entrypoint/main.go, pkg/entrypoint/entrypointer.go,
 * cmd/entrypoint/subcommands.
 */

import { HOLDS_VARIABLE } from "./copies.ts";

const ENTRYPOINT = "/tekton/bin/entrypoint";
const DIRECTORY = "/tkn-dev";
/** The path that the files of a breakpoint are named after, in a gate of tkn-dev. */
export const POST_FILE = `${DIRECTORY}/out`;

/** The text that it logs once it holds, by the kind of breakpoint. Its lines begin with a time. */
export const BREAKPOINT_LINES = {
  beforeStep: "debug before step breakpoint has taken effect",
  onFailure: "debug onFailure breakpoint has taken effect",
};

/**
 * The command line of a step that holds and does nothing else. In a copy of its run the variable is
 * empty, which is not a boolean: the entrypoint complains and exits with 2.
 */
export const waiting = {
  command: [ENTRYPOINT],
  args: [
    `-debug_before_step=$(${HOLDS_VARIABLE})`,
    ...["-post_file", POST_FILE],
    ...["-step_metadata_dir", `${DIRECTORY}/step`],
    ...["-termination_path", `${DIRECTORY}/termination`],
    ...["-entrypoint", ENTRYPOINT, "--", "step-init"], // does nothing
  ],
};

/**
 * Returns the command that creates an empty file which every user can read: the file that an
 * entrypoint writes after its work, here none.
 */
export function createCommand(path: string): string[] {
  const own = `${DIRECTORY}/create`;
  return [
    ENTRYPOINT,
    ...["-post_file", path],
    ...["-step_metadata_dir", own],
    ...["-termination_path", `${own}/termination`],
    ...["-entrypoint", ENTRYPOINT, "--", "step-init"],
  ];
}

/**
 * Returns the command that writes its stdin over the start of a file. A longer file keeps its end.
 * A file that it creates has the mode 0311, so that only root can read it.
 */
export function writeCommand(path: string): string[] {
  return [ENTRYPOINT, "cp", "/dev/stdin", path];
}

/** Returns the path of a step result, within the container of the step. */
export function stepResultPath(step: string, result: string): string {
  return `/tekton/steps/step-${step}/results/${result}`;
}

/** Returns the files of which each releases the step once it exists. */
export function releaseFiles(postFile: string, kind: keyof typeof BREAKPOINT_LINES): string[] {
  return kind === "onFailure"
    ? [`${postFile}.breakpointexit`]
    : [`${postFile}.beforestepexit`, `${postFile}.beforestepexit.err`];
}

/** Returns the command that exits with 0 if the file exists, and with 1 if not. */
export function existsCommand(path: string): string[] {
  return [ENTRYPOINT, "cp", path, "/dev/null"];
}

/** Returns the command that creates an empty file. */
export function touchCommand(path: string): string[] {
  return [ENTRYPOINT, "cp", "/dev/null", path];
}

/** The directory of Tekton's breakpoint scripts, which need a shell. */
export const NATIVE_SCRIPTS = "/tekton/debug/scripts";
