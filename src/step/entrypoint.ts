/**
 * Tekton's own entrypoint as a gate, for images without a shell: every step's container has it, and
 * at its breakpoint it says so in its log and waits for a file.
 * Source: Tekton 1.9, cmd/entrypoint/main.go, pkg/entrypoint/entrypointer.go, cmd/entrypoint/subcommands.
 */

const ENTRYPOINT = "/tekton/bin/entrypoint";
const DIRECTORY = "/tkn-dev";
/** What the breakpoint's files are named after. */
const POST_FILE = `${DIRECTORY}/out`;

/** What it says once it holds. Its log's lines have the time in front. */
export const BREAKPOINT_LINE = "debug before step breakpoint has taken effect";

/** The command line of a step that holds and does nothing more. */
export const waiting = {
  command: [ENTRYPOINT],
  args: [
    "-debug_before_step",
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

/** Lets the step go on, or fails it. */
export function breakCommand(word: "continue" | "fail"): string[] {
  const file = `${POST_FILE}.beforestepexit${word === "fail" ? ".err" : ""}`;
  return [ENTRYPOINT, "cp", "/dev/null", file];
}
