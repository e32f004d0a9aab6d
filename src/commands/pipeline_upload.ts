/** `pipeline upload`: a local directory stands in for the task that fetches the source. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { typedLine } from "./again/line.ts";
import { fileFlags } from "./options/file_flags.ts";
import { uploadFlags } from "./options/upload_flags.ts";
import { listOrExplainFlags } from "./source/list_or_explain.ts";
import { PIPELINE_UPLOAD } from "./upload/pipeline_adapter.ts";
import { runUploadCommand, type UploadOptions } from "./upload/upload_command.ts";

/** Pure. Throws UsageError. */
export function options(call: Call): UploadOptions {
  const { args, flags, missing } = call;
  return {
    ...uploadFlags(flags, args.DIR),
    typed: typedLine(call, args.DIR),
    name: args.PIPELINE,
    unnamed: missing,
    files: fileFlags(flags, { directory: args.DIR }),
    listOrExplain: listOrExplainFlags(flags, args.PIPELINE, args.DIR),
  };
}

export async function run(host: Host, options: UploadOptions): Promise<number> {
  return await runUploadCommand(host, PIPELINE_UPLOAD, options);
}
