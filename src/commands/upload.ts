/** `upload`: a run of the repository's .tekton directory, on a local directory. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import type { RunKind } from "../tekton/model.ts";
import { fileLine, printWithoutQuestions, typedLine } from "./again/line.ts";
import { shortName } from "./files/choose_run.ts";
import { chooseTektonRun } from "./files/tekton_runs.ts";
import { fileFlags } from "./options/file_flags.ts";
import { uploadFlags } from "./options/upload_flags.ts";
import { printNote } from "./output/print_note.ts";
import { listOrExplainFlags } from "./source/list_or_explain.ts";
import { PIPELINE_UPLOAD } from "./upload/pipeline_adapter.ts";
import { TASK_UPLOAD } from "./upload/task_adapter.ts";
import { runUploadCommand, type UploadOptions } from "./upload/upload_command.ts";

/** Pure. Throws UsageError. */
export function options(call: Call): UploadOptions {
  const { args, flags } = call;
  return {
    ...uploadFlags(flags, args.DIR),
    typed: typedLine(call, args.DIR),
    files: flags.given("filename")
      ? fileFlags(flags, { hasRun: true, directory: args.DIR })
      : undefined,
    listOrExplain: listOrExplainFlags(flags, undefined, args.DIR),
  };
}

export async function run(host: Host, options: UploadOptions): Promise<number> {
  if (options.files !== undefined || options.listOrExplain !== undefined) {
    return await runUploadCommand(host, PIPELINE_UPLOAD, options);
  }
  const { kind, ...chosen } = await choose(host, options);
  return kind === "PipelineRun"
    ? await runUploadCommand(host, PIPELINE_UPLOAD, { ...options, ...chosen })
    : await runUploadCommand(host, TASK_UPLOAD, { ...options, ...chosen });
}

async function choose(
  host: Host,
  { directory, typed, ...flags }: UploadOptions,
): Promise<{ kind: RunKind } & Pick<UploadOptions, "name" | "files" | "typed">> {
  const { run, from, isAsked } = await chooseTektonRun(host, directory, flags);
  const name = shortName(run);
  printNote(host, { text: `Starting ${run.kind} ${name} of ${from}` });
  const files = { paths: [from], hasRun: true, directory };
  const line = fileLine(typed.line, { kind: run.kind, name, from, directory });
  if (isAsked) printWithoutQuestions(host, line);
  return { kind: run.kind, name, files, typed: { ...typed, line } };
}
