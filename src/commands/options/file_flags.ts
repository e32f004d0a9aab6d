/** The flags for runs and definitions out of files. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { FileFlags } from "../files/read_start_files.ts";

/** Pure. Returns undefined without -f. Throws UsageError. */
export function fileFlags(
  flags: Flags,
  { hasRun = false, directory = "." }: { hasRun?: boolean; directory?: string } = {},
): FileFlags | undefined {
  const paths = flags.texts("filename");
  if (paths.length === 0) return undefined;
  if (paths.filter((path) => path === "-").length > 1) {
    throw new UsageError("Cannot read stdin twice", { hint: "leave out one -f -" });
  }
  const other = ["last", "use-pipelinerun", "use-taskrun", "resolvertype", "image"]
    .find((name) => flags.has(name) && flags.given(name));
  if (other !== undefined) {
    throw new UsageError(`Cannot use --filename and --${other} together: both say what to start`, {
      hint: "leave out one of them",
    });
  }
  if (paths.includes("-") && flags.has("watch") && flags.given("watch")) {
    throw new UsageError("Cannot watch with -f -: stdin can be read only once", {
      hint: "write it to a file: -f run.yaml",
    });
  }
  return { paths, hasRun, directory };
}
