/** Output that can't be written: a plain error, or a quiet end as with kubectl and git. */
import assert from "node:assert/strict";
import { commandLine } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

/** With `$program` for us; without colors. */
function sh(script: string, ...args: string[]): { code: number; stdout: string; stderr: string } {
  const words = commandLine(args).map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = new Deno.Command("sh", {
    args: ["-c", `program() { ${words} "$@"; }; ${script}`],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Elsewhere there is no /dev/full. */
const options = { ignore: Deno.build.os !== "linux" };

for (const args of [["help"], ["version"], ["task", "upload", "t", ".", "--list"]]) {
  testWith(["sh"], `a full disk is a separate error: ${args.join(" ")}`, () => {
    const { code, stderr } = sh("program >/dev/full", ...args);
    assert.equal(
      stderr,
      "Error: Cannot write stdout: no space left on the device\n" +
        "Hint: is there room where it goes to?\n",
    );
    assert.equal(code, 5);
  }, options);
}

testWith(["sh"], "if stderr can't be written, the exit code stays the same", () => {
  assert.equal(sh("program 2>/dev/full", "no-such-command").code, 2);
  assert.deepEqual(sh("program 2>&-", "no-such-command").code, 2);
}, options);

testWith(["sh", "head", "seq", "touch"], "a reader that closes stdout causes no error", () => {
  using place = temporaryDirectory();
  // More than a pipe takes: so the end is felt.
  const many = `cd '${place.path}' && seq -f 'f%015.0f' 1 20000 | xargs touch; `;
  const script = `${many}{ program; echo "code $?" >&2; } | head -n1`;
  const { stdout, stderr } = sh(script, "task", "upload", "t", ".", "--list");
  assert.equal(stdout.split("\n").length, 2);
  assert.equal(stderr, "code 0\n");
  assert.equal(sh('{ program; echo "code $?" >&2; } >&-', "version").stderr, "code 0\n");
}, options);
