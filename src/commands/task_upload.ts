/** `task upload`: a local directory goes into a Task's workspace, before or instead of a step. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { typedLine } from "./again/line.ts";
import { fileFlags } from "./options/file_flags.ts";
import { uploadFlags } from "./options/upload_flags.ts";
import { listOrExplainFlags } from "./source/list_or_explain.ts";
import { TASK_UPLOAD } from "./upload/task_adapter.ts";
import { runUploadCommand, type UploadOptions } from "./upload/upload_command.ts";

/** Pure. Throws UsageError. */
export function options(call: Call): UploadOptions {
  const { args, flags, missing } = call;
  return {
    ...uploadFlags(flags, args.DIR),
    typed: typedLine(call, args.DIR),
    name: args.TASK,
    unnamed: missing,
    files: fileFlags(flags, { directory: args.DIR }),
    listOrExplain: listOrExplainFlags(flags, args.TASK, args.DIR),
  };
}

export async function run(host: Host, options: UploadOptions): Promise<number> {
  return await runUploadCommand(host, TASK_UPLOAD, options);
}
