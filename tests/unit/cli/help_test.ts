import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { help, helpAsked } from "../../../src/cli/help.ts";
import { exitCodesTable, flagsTable } from "../../../src/cli/markdown.ts";
import { parse } from "../../../src/cli/parse.ts";
import { shownFlags } from "../../../src/cli/spec.ts";
import cleanup from "../../golden/help_cleanup.txt" with { type: "text" };
import helpHelp from "../../golden/help_help.txt" with { type: "text" };
import pipeline from "../../golden/help_pipeline.txt" with { type: "text" };
import pipelineUpload from "../../golden/help_pipeline_upload.txt" with { type: "text" };
import pipelineDebug from "../../golden/help_pipeline_debug.txt" with { type: "text" };
import taskDebug from "../../golden/help_task_debug.txt" with { type: "text" };
import again from "../../golden/help_again.txt" with { type: "text" };
import create from "../../golden/help_create.txt" with { type: "text" };
import pipelinerun from "../../golden/help_pipelinerun.txt" with { type: "text" };
import taskrun from "../../golden/help_taskrun.txt" with { type: "text" };
import pipelinerunInfo from "../../golden/help_pipelinerun_info.txt" with { type: "text" };
import pipelinerunShell from "../../golden/help_pipelinerun_shell.txt" with { type: "text" };
import pipelinerunExec from "../../golden/help_pipelinerun_exec.txt" with { type: "text" };
import pipelinerunRun from "../../golden/help_pipelinerun_run.txt" with { type: "text" };
import pipelinerunContinue from "../../golden/help_pipelinerun_continue.txt" with { type: "text" };
import pipelinerunFailContinue from "../../golden/help_pipelinerun_fail_continue.txt" with {
  type: "text",
};
import pipelinerunUpload from "../../golden/help_pipelinerun_upload.txt" with { type: "text" };
import pipelinerunLogs from "../../golden/help_pipelinerun_logs.txt" with { type: "text" };
import pipelineLogs from "../../golden/help_pipeline_logs.txt" with { type: "text" };
import taskLogs from "../../golden/help_task_logs.txt" with { type: "text" };
import taskrunLogs from "../../golden/help_taskrun_logs.txt" with { type: "text" };
import sandbox from "../../golden/help_sandbox.txt" with { type: "text" };
import task from "../../golden/help_task.txt" with { type: "text" };
import taskUpload from "../../golden/help_task_upload.txt" with { type: "text" };
import version from "../../golden/help_version.txt" with { type: "text" };
import top from "../../golden/help.txt" with { type: "text" };
import { helpGoldens } from "./help_goldens.ts";

const GOLDENS: Record<string, string> = {
  "help.txt": top,
  "help_pipeline.txt": pipeline,
  "help_pipeline_upload.txt": pipelineUpload,
  "help_task.txt": task,
  "help_task_upload.txt": taskUpload,
  "help_pipeline_debug.txt": pipelineDebug,
  "help_task_debug.txt": taskDebug,
  "help_again.txt": again,
  "help_create.txt": create,
  "help_pipelinerun.txt": pipelinerun,
  "help_taskrun.txt": taskrun,
  "help_pipelinerun_info.txt": pipelinerunInfo,
  "help_pipelinerun_shell.txt": pipelinerunShell,
  "help_pipelinerun_exec.txt": pipelinerunExec,
  "help_pipelinerun_run.txt": pipelinerunRun,
  "help_pipelinerun_continue.txt": pipelinerunContinue,
  "help_pipelinerun_fail_continue.txt": pipelinerunFailContinue,
  "help_pipelinerun_upload.txt": pipelinerunUpload,
  "help_pipelinerun_logs.txt": pipelinerunLogs,
  "help_pipeline_logs.txt": pipelineLogs,
  "help_task_logs.txt": taskLogs,
  "help_taskrun_logs.txt": taskrunLogs,
  "help_cleanup.txt": cleanup,
  "help_sandbox.txt": sandbox,
  "help_version.txt": version,
  "help_help.txt": helpHelp,
};

for (const [name, render] of Object.entries(helpGoldens)) {
  Deno.test(`the help equals tests/golden/${name}`, () => {
    assert.equal(render(), GOLDENS[name]);
  });
}

Deno.test("no line of help is wider than 80 columns or ends with a space", () => {
  for (const text of Object.values(helpGoldens).map((render) => render())) {
    for (const line of text.split("\n")) {
      assert.ok(line.length <= 80, line);
      assert.equal(line, line.trimEnd());
    }
  }
});

Deno.test("every way to ask for a command's help prints the same text", () => {
  const asked = (...argv: string[]) => helpAsked(parse(argv, PROGRAM), PROGRAM);
  assert.equal(asked("help", "p", "upload"), pipelineUpload);
  assert.equal(asked("pipelines", "upload", "-h"), pipelineUpload);
  assert.equal(asked("--help", "pipeline", "upload"), pipelineUpload);
  assert.equal(asked("help", "t"), task);
  assert.equal(asked("t", "--help"), task);
  assert.equal(asked("--help"), top);
  assert.equal(asked("help"), top);
  assert.equal(asked("-n", "ns"), top);
});

Deno.test("a call of a command prints no help", () => {
  assert.equal(helpAsked(parse(["pipeline", "upload", "p"], PROGRAM), PROGRAM), undefined);
});

Deno.test("every example in the help parses", () => {
  for (const command of PROGRAM.commands) {
    for (const example of command.examples) {
      const [name, ...argv] = example.command.replaceAll("\\\n", "").replace(/\$\([^)]*\)/g, "x")
        .split(/\s+/).map((word) => word.replaceAll("'", ""));
      assert.equal(name, PROGRAM.name);
      assert.equal(parse(argv, PROGRAM).command, command);
    }
  }
});

Deno.test("the Markdown tables have a row for each flag and exit code, with aligned columns", () => {
  const [upload] = PROGRAM.commands;
  const flags = flagsTable(upload).trimEnd().split("\n");
  assert.equal(flags.length, shownFlags(upload.flags).length + 2);
  assert.equal(new Set(flags.map((line) => line.length)).size, 1);
  assert.match(
    flagsTable(upload),
    /^\| `-w`, `--workspace BINDING` +\| .*<br>`name=x,emptyDir=`</m,
  );
  assert.match(exitCodesTable(PROGRAM.exitCodes), /^\| 70 +\| a bug in tkn-dev +\|$/m);
});

Deno.test("a hidden flag is in no help and in no table", () => {
  const [upload] = PROGRAM.commands;
  assert.ok(upload.flags.some(({ name, isHidden }) => name === "timeout" && isHidden));
  assert.doesNotMatch(help(upload, PROGRAM), / --timeout/);
  assert.doesNotMatch(flagsTable(upload), /`--timeout/);
});

Deno.test("help of a command without flags or arguments has no empty section", () => {
  const spec = { path: ["bare"], summary: "Do it", args: [], flags: [], examples: [] };
  assert.equal(help(spec, PROGRAM), "Do it\n\nUsage:\n  tkn-dev bare [flags]\n");
});
