/** The command line that starts such a run again, without its params and workspaces. Pure. */
import { shellWord } from "../../view/text/shell_word.ts";
import { flagsOf } from "../files/choose_run.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import type { StartOptions } from "./run_request.ts";
import type { PipelineRun } from "../../tekton/model.ts";

export function startAgain(
  { noun }: Pick<DefinitionKind<Definition, PipelineRun>, "noun">,
  verb: "upload" | "debug",
  { files, from }: Pick<StartOptions, "files" | "from">,
  name: string,
): string {
  if (files !== undefined) {
    return `tkn-dev ${noun}${files.hasRun ? "run" : ""} ${verb} ${flagsOf(files.paths)}`;
  }
  const bundle = from !== undefined && "bundle" in from ? ` -i ${shellWord(from.bundle)}` : "";
  return `tkn-dev ${noun} ${verb}${bundle} ${name}`;
}
