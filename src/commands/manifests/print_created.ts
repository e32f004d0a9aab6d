/** Prints a created run on stdout, for other programs. */
import type { Host } from "../../host.ts";
import type { Stored } from "../../kube/interface.ts";
import { printable } from "../../printable.ts";
import type { Run } from "../../tekton/model.ts";
import type { OutputFormat } from "../options/output_format.ts";
import { printData } from "../output/print_data.ts";
import { renderRun } from "./render_run.ts";

/** Prints the bare name, for `tkn pr logs -f $(...)`, or the whole run. */
export function printCreated(
  host: Pick<Host, "terminal">,
  run: Stored<Run>,
  format: OutputFormat = "name",
): void {
  if (format === "name") host.terminal.out(printable`${run.metadata.name}\n`);
  else printData(host, renderRun(run, format, []));
}
