import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { options as debugOptions } from "../../../../src/commands/pipeline_debug.ts";
import { options as startOptions } from "../../../../src/commands/pipeline_start.ts";
import { options as uploadOptions } from "../../../../src/commands/pipeline_upload.ts";
import { refusal } from "../../../support/refusal.ts";

const upload = (line: string) =>
  uploadOptions(parse(["pipeline", "upload", "p", ".", ...line.split(" ")], PROGRAM));

Deno.test("upload, start and debug take --events and --junit", () => {
  const { events, junit } = upload("--events --junit out.xml");
  assert.deepEqual([events, junit], [true, "out.xml"]);
  assert.equal(startOptions(parse(["p", "start", "p", "--junit=x"], PROGRAM)).junit, "x");
  const words = "p debug p --on-every-step --events --exec-instead make".split(" ");
  assert.equal(debugOptions(parse(words, PROGRAM)).events, true);
});

for (const other of ["--dry-run", "--output", "--showlogs=false", "--no-continue", "--list"]) {
  Deno.test(`${other} follows no run, so there is nothing to report`, () => {
    for (const report of ["--events", "--junit=out.xml"]) {
      const flag = other === "--output" ? "--output=json" : other;
      assert.match(
        refusal(() => upload(`${report} ${flag}`)),
        /^Cannot report with --(events|junit): --[a-z=-]+ does not follow the run\nleave out /,
      );
    }
  });
}

Deno.test("a shell needs stdout for itself", () => {
  const words = ["p", "debug", "p", "--on-every-step", "--events"];
  assert.equal(
    refusal(() => debugOptions(parse(words, PROGRAM))),
    "Cannot print --events: stdout is for the shell\n--exec-instead COMMAND opens no shell",
  );
});

Deno.test("a report needs the name of a file", () => {
  assert.match(refusal(() => upload("--junit=")), /^Cannot write --junit ""/);
});
