/** Runs a program of this machine to its end, with limits. */
import { FileError, type ProgramOutput, type RunOptions } from "../host.ts";
import { withoutVariables } from "./capture.ts";

const MOST_BYTES = 4 * 1024 * 1024;

/** Throws FileError for a program that can't be run, takes too long or prints too much. */
export async function runProgram(
  [program, ...args]: readonly string[],
  { limitMs, input, env = {}, without = [] }: RunOptions,
  interrupt: AbortSignal,
): Promise<ProgramOutput> {
  interrupt.throwIfAborted();
  const late = AbortSignal.timeout(limitMs);
  const done = new AbortController();
  const child = spawned(program, () =>
    withoutVariables(without, () =>
      new Deno.Command(program, {
        args,
        env,
        stdin: input === undefined ? "null" : "piped",
        stdout: "piped",
        stderr: "piped",
        signal: AbortSignal.any([interrupt, late, done.signal]),
      }).spawn()));
  const feeding = input === undefined ? undefined : feed(child.stdin, input);
  try {
    const [stdout, stderr] = await Promise.all([
      textOf(program, child.stdout),
      textOf(program, child.stderr),
      feeding,
    ]);
    const { code } = await child.status;
    interrupt.throwIfAborted();
    if (late.aborted) throw new FileError(program, `no end within ${limitMs / 1000} s`);
    return { code, stdout, stderr };
  } catch (error) {
    done.abort();
    await child.status;
    throw error;
  }
}

function spawned(program: string, spawn: () => Deno.ChildProcess): Deno.ChildProcess {
  try {
    return spawn();
  } catch (cause) {
    const state = cause instanceof Deno.errors.NotFound
      ? "no such program"
      : `it can't be run: ${cause instanceof Error ? cause.message : cause}`;
    throw new FileError(program, state, { cause });
  }
}

async function feed(stdin: WritableStream<Uint8Array>, input: string): Promise<void> {
  try {
    await new Blob([input]).stream().pipeTo(stdin);
  } catch {
    // It has ended without reading its input.
  }
}

async function textOf(program: string, stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new FileError(program, "it prints more than 4 MiB");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
