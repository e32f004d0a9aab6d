import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { options as debugOptions } from "../../../../src/commands/pipeline_debug.ts";
import { options as startOptions } from "../../../../src/commands/pipeline_start.ts";
import { options as uploadOptions } from "../../../../src/commands/pipeline_upload.ts";
import { refusal } from "../../../support/refusal.ts";

const upload = (line: string) =>
  uploadOptions(parse(["pipeline", "upload", "p", ".", ...line.split(" ")], PROGRAM));

Deno.test("upload, start and debug take --events, --junit and --outcome", () => {
  const { events, junit, outcome } = upload("--events --junit out.xml --outcome o.json");
  assert.deepEqual([events, junit, outcome], [true, "out.xml", "o.json"]);
  assert.equal(upload("--outcome -").outcome, "-");
  assert.equal(startOptions(parse(["p", "start", "p", "--junit=x"], PROGRAM)).junit, "x");
  const words = "p debug p --on-every-step --events --exec-instead make".split(" ");
  assert.equal(debugOptions(parse(words, PROGRAM)).events, true);
});

for (const other of ["--dry-run", "--output", "--showlogs=false", "--no-continue", "--list"]) {
  Deno.test(`${other} follows no run, so there is nothing to report`, () => {
    for (const report of ["--events", "--junit=out.xml", "--outcome=out.json"]) {
      const flag = other === "--output" ? "--output=json" : other;
      assert.match(
        refusal(() => upload(`${report} ${flag}`)),
        /^Cannot report with --(events|junit|outcome): --[a-z=-]+ does not follow the run\nleave out /,
      );
    }
  });
}

Deno.test("a shell needs stdout for itself", () => {
  for (const [flag, value] of [["--events", "true"], ["--outcome", "-"]]) {
    const words = ["p", "debug", "p", "--on-every-step", `${flag}=${value}`];
    assert.equal(
      refusal(() => debugOptions(parse(words, PROGRAM))),
      `Cannot print ${flag}: stdout is for the shell\n--exec-instead COMMAND opens no shell`,
    );
  }
  const words = ["p", "debug", "p", "--on-every-step", "--outcome", "out.json"];
  assert.equal(debugOptions(parse(words, PROGRAM)).outcome, "out.json");
});

Deno.test("stdout has either events or the outcome", () => {
  assert.match(
    refusal(() => upload("--events --outcome -")),
    /both are for stdout\n--outcome FILE/,
  );
});

Deno.test("a JUnit report needs a separate file", () => {
  assert.match(refusal(() => upload("--junit -")), /^Cannot write --junit "-": only --outcome/);
  assert.equal(upload("--junit ./-").junit, "./-");
  assert.match(refusal(() => upload("--junit a --outcome a")), /to "a": one replaces the other\n/);
});

Deno.test("a report needs the name of a file", () => {
  assert.match(refusal(() => upload("--junit=")), /^Cannot write --junit ""/);
  assert.match(refusal(() => upload("--outcome=")), /^Cannot write --outcome ""/);
});
