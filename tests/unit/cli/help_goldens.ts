/** The help texts that tests/golden keeps, by file name: for help_test.ts and scripts/update_goldens.ts. */
import { PROGRAM } from "../../../src/cli/commands.ts";
import { helpAsked } from "../../../src/cli/help.ts";
import { parse } from "../../../src/cli/parse.ts";

export const helpGoldens: Record<string, () => string> = {
  "help.txt": () => shown(),
  "help_pipeline.txt": () => shown("pipeline"),
  "help_pipeline_upload.txt": () => shown("pipeline", "upload", "--help"),
  "help_task.txt": () => shown("task"),
  "help_task_upload.txt": () => shown("task", "upload", "--help"),
  "help_cleanup.txt": () => shown("cleanup", "--help"),
  "help_sandbox.txt": () => shown("sandbox", "--help"),
  "help_version.txt": () => shown("version", "--help"),
  "help_help.txt": () => shown("help", "--help"),
};

function shown(...argv: string[]): string {
  return helpAsked(parse(argv, PROGRAM), PROGRAM) ?? "";
}
