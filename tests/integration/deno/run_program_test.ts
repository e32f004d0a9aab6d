import assert from "node:assert/strict";
import { runProgram } from "../../../src/deno/run_program.ts";
import { temporaryDirectory } from "../../../src/deno/files/temporary.ts";
import { FileError, type RunOptions } from "../../../src/host.ts";

const never = new AbortController().signal;
const LONG = 60_000;

function sh(script: string, options: Partial<RunOptions> = {}, signal = never) {
  return runProgram(["/bin/sh", "-c", script], { limitMs: LONG, ...options }, signal);
}

async function state(running: Promise<unknown>): Promise<string> {
  const error = await running.then(() => undefined, (error) => error);
  assert.ok(error instanceof FileError, `${error}`);
  return error.state;
}

Deno.test("a program has its input, its variables and its output", async () => {
  assert.deepEqual(await sh('cat; printf %s "$A" >&2; exit 3', { input: "in", env: { A: "a" } }), {
    code: 3,
    stdout: "in",
    stderr: "a",
  });
  assert.equal((await sh("cat")).stdout, "");
  assert.equal((await sh("exit 0", { input: "x".repeat(1 << 20) })).code, 0);
});

Deno.test("a program that is not there, does not end or prints too much is ended", async () => {
  assert.equal(
    await state(runProgram(["/no/such/program"], { limitMs: LONG }, never)),
    "no such program",
  );
  assert.equal(await state(sh("exec sleep 60", { limitMs: 200 })), "no end within 0.2 s");
  assert.equal(await state(sh("exec yes")), "it prints more than 4 MiB");
});

Deno.test("Ctrl-C ends the program", async () => {
  const interrupt = new AbortController();
  const running = sh("exec sleep 60", {}, interrupt.signal);
  interrupt.abort(new DOMException("interrupted", "AbortError"));
  await assert.rejects(running, interrupt.signal.reason);
});

Deno.test("a temporary directory is removed with everything in it", async () => {
  let at: string;
  {
    await using directory = await temporaryDirectory();
    at = directory.path;
    await Deno.mkdir(`${at}/a`);
    await Deno.writeTextFile(`${at}/a/b`, "x");
  }
  await assert.rejects(Deno.stat(at), Deno.errors.NotFound);
});
