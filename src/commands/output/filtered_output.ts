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
  const filter = (to: "stdout" | "stderr") =>
    terminal.isTerminal[to]
      ? new OutputFilter({ color: useColor(host, to, flags.color) })
      : undefined;
  const stdout = filter("stdout");
  const stderr = filter("stderr");
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
