/** Lists every place in the source that bypasses escaping, so that a new one is a decision. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const SRC = new URL("../../../src/", import.meta.url);

/** Returns the modules that match `pattern`, except the sandbox, which prints nothing. */
function modulesWith(pattern: RegExp): string[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(".ts") && !path.startsWith("sandbox/"))
    .filter((path) => pattern.test(readFileSync(new URL(path, SRC), "utf8"))).sort();
}

Deno.test("only these modules make text printable without escaping", () => {
  assert.deepEqual(modulesWith(/\bunescaped\(/), [
    "commands/ask/converse.ts", // marks pastes
    "commands/output/print_data.ts", // if stdout is not a terminal
    "commands/session/shell_terminal.ts", // a reset before our own text
    "deno/terminal/note.ts", // erases the progress line
    "printable.ts",
    "view/ask/frame.ts", // moves the cursor
    "view/diff.ts", // a patch for a pipe
    "view/log_line.ts", // a log for a pipe
    "view/text/output_filter.ts", // filtered output
    "view/text/sanitize.ts", // filtered text
    "view/text/style.ts", // colors
  ]);
  assert.deepEqual(modulesWith(/\bas (unknown as )?Printable\b/), ["printable.ts"]);
});

Deno.test("only these modules write bytes from a container", () => {
  assert.deepEqual(modulesWith(/\bterminal\.write\(/), [
    "commands/exec.ts", // like kubectl exec
    "commands/output/filtered_output.ts", // if the stream is not a terminal
    "commands/session/run_shell.ts", // a shell on this terminal
    "commands/session/shell_terminal.ts", // the same shell
  ]);
});

Deno.test("only the terminal module writes to stdout and stderr", () => {
  const writes = /\bDeno\.(stdout|stderr)\b|\bconsole\.|\bprocess\.(stdout|stderr)\b/;
  assert.deepEqual(modulesWith(writes), ["deno/terminal/terminal.ts"]);
});
