import assert from "node:assert/strict";
import { checkPatchFile, localConsole } from "../../../../src/commands/session/local_console.ts";
import { UsageError } from "../../../../src/errors.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { tree } from "../../../support/tree_text.ts";

const TERMINAL = { stdin: true, stdout: true, stderr: true };

Deno.test("without a terminal, an existing --patch file is refused with a hint", async () => {
  for (const without of ["stdin", "stderr"] as const) {
    const host = new FakeHost(new MemoryFiles(tree("file fix.json 600 precious"), "/work"));
    host.terminal.isTerminal = { ...TERMINAL, [without]: false };
    assert.equal(
      await rejection(checkPatchFile(host, "/work/fix.json"), UsageError),
      'Cannot write --patch "/work/fix.json": it exists\nname another file, or remove it',
    );
    await checkPatchFile(host, "/work/other.json");
    await checkPatchFile(host, undefined);
    assert.equal(await localConsole(host).ask({ text: "Overwrite it?", yes: "overwrite" }), false);
    assert.equal(host.terminal.stderr, "", "nobody is asked");
    host.terminal.isTerminal = TERMINAL;
    await checkPatchFile(host, "/work/fix.json");
  }
});

Deno.test("a question has the terminal until it is answered", async () => {
  const host = new FakeHost();
  host.terminal.isTerminal = TERMINAL;
  const answer = localConsole(host).ask({ text: "Overwrite it?", yes: "overwrite" });
  assert.equal(host.terminal.isRaw, true);
  assert.equal(await answer, false, "what was typed ahead is over");
  assert.equal(host.terminal.isRaw, false);
});
