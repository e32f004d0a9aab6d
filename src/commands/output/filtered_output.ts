/** The output of a command in a container: on a terminal, colors are its only control sequences. */
import type { Output } from "../../hold/shell.ts";
import type { Host } from "../../host.ts";
import { OutputFilter } from "../../view/text/output_filter.ts";
import { useColor } from "./color.ts";

/** Call `end` once the command has ended: it writes what the filter still has. */
export function filteredOutput(
  host: Host,
  flags: { readonly color: boolean },
): Output & { end(): void } {
  const { terminal } = host;
  const color = useColor(host, flags.color);
  const stdout = terminal.isTerminal.stdout ? new OutputFilter({ color }) : undefined;
  const stderr = terminal.isTerminal.stderr ? new OutputFilter({ color }) : undefined;
  return {
    onStdout(bytes) {
      if (stdout === undefined) terminal.write(bytes, "stdout");
      else terminal.out(stdout.push(bytes));
    },
    onStderr(bytes) {
      if (stderr === undefined) terminal.write(bytes, "stderr");
      else terminal.err(stderr.push(bytes));
    },
    end() {
      if (stdout !== undefined) terminal.out(stdout.end());
      if (stderr !== undefined) terminal.err(stderr.end());
    },
  };
}
