/** The real terminal. */
import type { Terminal } from "../host.ts";

const FALLBACK_COLUMNS = 80;

export function denoTerminal(): Terminal {
  return {
    isTerminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
    },
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return FALLBACK_COLUMNS; // no terminal at all
      }
    },
    input: () => new Response(Deno.stdin.readable).text(),
    out: writer(Deno.stdout),
    err: writer(Deno.stderr),
  };
}

/** Writes all of it at once; a reader that went away (`| head`) is not an error of ours. */
function writer(stream: { writeSync(bytes: Uint8Array): number }): (text: string) => void {
  const encoder = new TextEncoder();
  let open = true;
  return (text) => {
    let bytes = encoder.encode(text);
    while (open && bytes.length > 0) {
      try {
        bytes = bytes.subarray(stream.writeSync(bytes));
      } catch (error) {
        if (error instanceof Deno.errors.WouldBlock) continue;
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        open = false;
      }
    }
  };
}
