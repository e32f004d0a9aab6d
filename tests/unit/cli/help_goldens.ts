/** The help texts of tests/golden, by file name. */
import { PROGRAM } from "../../../src/cli/commands.ts";
import { helpAsked } from "../../../src/cli/help.ts";
import { parse } from "../../../src/cli/parse.ts";

export const helpGoldens: Record<string, () => string> = {
  "help.txt": () => shown(),
  "help_pipeline.txt": () => shown("pipeline"),
  "help_pipeline_upload.txt": () => shown("pipeline", "upload", "--help"),
  "help_task.txt": () => shown("task"),
  "help_task_upload.txt": () => shown("task", "upload", "--help"),
  "help_pipeline_debug.txt": () => shown("pipeline", "debug", "--help"),
  "help_task_debug.txt": () => shown("task", "debug", "--help"),
  "help_again.txt": () => shown("again", "--help"),
  "help_create.txt": () => shown("create", "--help"),
  "help_pipelinerun.txt": () => shown("pipelinerun"),
  "help_taskrun.txt": () => shown("taskrun"),
  "help_pipelinerun_info.txt": () => shown("pipelinerun", "info", "--help"),
  "help_pipelinerun_shell.txt": () => shown("pipelinerun", "shell", "--help"),
  "help_pipelinerun_exec.txt": () => shown("pipelinerun", "exec", "--help"),
  "help_pipelinerun_run.txt": () => shown("pipelinerun", "run", "--help"),
  "help_pipelinerun_continue.txt": () => shown("pipelinerun", "continue", "--help"),
  "help_pipelinerun_fail_continue.txt": () => shown("pipelinerun", "fail-continue", "--help"),
  "help_pipelinerun_upload.txt": () => shown("pipelinerun", "upload", "--help"),
  "help_pipeline_logs.txt": () => shown("pipeline", "logs", "--help"),
  "help_task_logs.txt": () => shown("task", "logs", "--help"),
  "help_pipelinerun_logs.txt": () => shown("pipelinerun", "logs", "--help"),
  "help_taskrun_logs.txt": () => shown("taskrun", "logs", "--help"),
  "help_cleanup.txt": () => shown("cleanup", "--help"),
  "help_sandbox.txt": () => shown("sandbox", "--help"),
  "help_version.txt": () => shown("version", "--help"),
  "help_help.txt": () => shown("help", "--help"),
};

function shown(...argv: string[]): string {
  return helpAsked(parse(argv, PROGRAM), PROGRAM) ?? "";
}
