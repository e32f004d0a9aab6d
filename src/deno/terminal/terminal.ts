/** The real terminal. */
import { OutputError } from "../../errors.ts";
import type { RawTerminal, Terminal } from "../../host.ts";
import type { TerminalSize } from "../../kube/interface.ts";
import { pathBytes } from "../../path_bytes.ts";
import { boundedTextOf } from "../files/bounded_text.ts";
import { fileError, naming } from "../files/file_error.ts";
import { isLent, readRaw } from "./lent.ts";
import { terminalKeys } from "./keys.ts";

const FALLBACK_COLUMNS = 80;

export function denoTerminal(): Terminal {
  const closed = new AbortController();
  const out = writer(Deno.stdout, (error) => {
    if (error instanceof Deno.errors.BrokenPipe) {
      return closed.abort(new DOMException("nobody reads stdout any more", "AbortError"));
    }
    throw new OutputError(`Cannot write stdout: ${fileError("stdout", error).state}`, {
      hint: "is there room where it goes to?",
      cause: error,
    });
  });
  const err = writer(Deno.stderr, () => {});
  return {
    closed: closed.signal,
    get isLent() {
      return isLent();
    },
    isTerminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
    },
    isPiped: isPiped(),
    columns() {
      try {
        return Deno.consoleSize().columns || FALLBACK_COLUMNS; // 0: it does not know
      } catch {
        return FALLBACK_COLUMNS; // no terminal at all
      }
    },
    raw,
    bytes: () => Deno.stdin.readable,
    input: () => naming("-", () => boundedTextOf(Deno.stdin.readable)),
    out: (text) => out(pathBytes(text)),
    err: (text) => err(new TextEncoder().encode(text)),
    write: (bytes, to) => (to === "stdout" ? out : err)(bytes),
  };
}

function isPiped(): boolean {
  try {
    return Deno.statSync("/dev/stdout").isFifo === true;
  } catch {
    return false; // no such file, as on Windows
  }
}

function raw(): RawTerminal {
  const over = new AbortController();
  Deno.stdin.setRaw(true);
  const readNoMore = readRaw();
  const keys = terminalKeys(over.signal);
  const end = () => {
    // First: a reader that still waits then takes at least a whole line.
    Deno.stdin.setRaw(false);
    if (!over.signal.aborted) readNoMore();
    over.abort();
  };
  return {
    keys: keys.stream,
    sizes: sizes(over.signal),
    [Symbol.dispose]: end,
    [Symbol.asyncDispose]() {
      end();
      return keys.ended;
    },
  };
}

async function* sizes(signal: AbortSignal): AsyncGenerator<TerminalSize> {
  let changed = Promise.withResolvers<void>();
  const onChange = () => changed.resolve();
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", onChange);
  signal.addEventListener("abort", onChange);
  try {
    while (!signal.aborted) {
      yield Deno.consoleSize();
      await changed.promise;
      changed = Promise.withResolvers<void>();
    }
  } finally {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", onChange);
  }
}

/**
 * Writes all bytes at once. If that fails, calls `failed`, and drops later output unless `failed`
 * throws.
 */
function writer(
  stream: { writeSync(bytes: Uint8Array): number },
  failed: (error: unknown) => void,
): (bytes: Uint8Array) => void {
  let open = true;
  return (given) => {
    let bytes = given;
    while (open && bytes.length > 0) {
      try {
        bytes = bytes.subarray(stream.writeSync(bytes));
      } catch (error) {
        if (error instanceof Deno.errors.WouldBlock) continue;
        failed(error);
        open = false;
      }
    }
  };
}
