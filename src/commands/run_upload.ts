/**
 * `pipelinerun|taskrun upload`: with -f, a new run out of files; without it, a directory goes into
 * a run that is held.
 */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { typedLine } from "./again/line.ts";
import * as heldUpload from "./held/held_upload.ts";
import { fileFlags } from "./options/file_flags.ts";
import { uploadFlags } from "./options/upload_flags.ts";
import { listOrExplainFlags } from "./source/list_or_explain.ts";
import { PIPELINE_UPLOAD } from "./upload/pipeline_adapter.ts";
import { TASK_UPLOAD } from "./upload/task_adapter.ts";
import { runUploadCommand, type UploadOptions } from "./upload/upload_command.ts";

export type Options =
  | { readonly held: heldUpload.Options }
  | {
    readonly kind: "PipelineRun" | "TaskRun";
    readonly upload: UploadOptions;
    /** The only argument: a run's name or a directory. */
    readonly soleArgument?: string;
  };

/** The flags that a run that exists already takes. */
const OF_HELD = new Set(
  "on-step on-workspace on-directory ignore ignore-file no-ignore with-git eol secrets exec compress delete list explain continue events outcome namespace context kubeconfig as as-group no-color verbose help"
    .split(" "),
);

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { command, args, flags } = call;
  const files = fileFlags(flags, { hasRun: true, directory: args.DIR });
  if (files === undefined) {
    const other = command.flags.find(({ name }) => flags.given(name) && !OF_HELD.has(name));
    if (other === undefined) return { held: heldUpload.options(call) };
    throw new UsageError(`Cannot use --${other.name} on a run that exists already`, {
      hint: "leave it out, or add -f FILE to start a new run",
    });
  }
  if (flags.on("continue")) {
    throw new UsageError("Cannot use --continue with -f: the new run continues by itself", {
      hint: "leave it out",
    });
  }
  return {
    kind: command.path[0] === "pipelinerun" ? "PipelineRun" : "TaskRun",
    soleArgument: args.DIR === undefined ? args.RUN : undefined,
    upload: {
      ...uploadFlags(flags, args.DIR),
      typed: typedLine(call, args.DIR),
      name: args.RUN,
      files,
      listOrExplain: listOrExplainFlags(flags, args.RUN, args.DIR),
    },
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  if ("held" in options) return await heldUpload.run(host, options.held);
  const upload = await withDirectory(host, options.upload, options.soleArgument);
  return options.kind === "PipelineRun"
    ? await runUploadCommand(host, PIPELINE_UPLOAD, upload)
    : await runUploadCommand(host, TASK_UPLOAD, upload);
}

/** Takes an only argument that is a directory as DIR. */
async function withDirectory(
  host: Host,
  upload: UploadOptions,
  word: string | undefined,
): Promise<UploadOptions> {
  if (word === undefined) return upload;
  const stat = await host.files.stat(word).catch(() => undefined);
  if (stat?.kind !== "directory") return upload;
  const files = upload.files === undefined ? undefined : { ...upload.files, directory: word };
  const line = { ...upload.typed.line, args: [`./${word}`] };
  const typed = { ...upload.typed, line, directory: word };
  return { ...upload, name: undefined, directory: word, files, typed };
}
