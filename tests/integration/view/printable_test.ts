/** Every way around the escaping, in the source: a new one is a decision, and is made here. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const SRC = new URL("../../../src/", import.meta.url);

/** The modules with such a piece of code, but for the sandbox, which prints nothing. */
function modulesWith(pattern: RegExp): string[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(".ts") && !path.startsWith("sandbox/"))
    .filter((path) => pattern.test(readFileSync(new URL(path, SRC), "utf8"))).sort();
}

Deno.test("only these make text printable without escaping it", () => {
  assert.deepEqual(modulesWith(/\bunescaped\(/), [
    "commands/output/print_data.ts", // where stdout is no terminal
    "commands/session/shell_terminal.ts", // a reset before words of ours
    "deno/debug_log.ts", // erases the progress line
    "printable.ts",
    "view/diff.ts", // a patch for a pipe
    "view/log_line.ts", // a log for a pipe
    "view/text/output_filter.ts", // what was filtered
    "view/text/sanitize.ts", // as above
    "view/text/style.ts", // colors
  ]);
  assert.deepEqual(modulesWith(/\bas (unknown as )?Printable\b/), ["printable.ts"]);
});

Deno.test("only these write bytes of a container's", () => {
  assert.deepEqual(modulesWith(/\bterminal\.write\(/), [
    "commands/exec.ts", // what kubectl exec would show
    "commands/output/filtered_output.ts", // where the stream is no terminal
    "commands/session/run_shell.ts", // a shell at this terminal
    "commands/session/shell_terminal.ts", // the same: the terminal that is lent
  ]);
});

Deno.test("only the terminal writes to stdout and stderr", () => {
  const writes = /\bDeno\.(stdout|stderr)\b|\bconsole\.|\bprocess\.(stdout|stderr)\b/;
  assert.deepEqual(modulesWith(writes), ["deno/terminal.ts"]);
});
