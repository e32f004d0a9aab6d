/** GNU patch and git apply our diffs to one text and produce the other. */
import assert from "node:assert/strict";
import { renderDiff } from "../../../src/view/diff.ts";
import { Random } from "../../support/random.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

const NAME = "build spec.steps[1].script";
const LINES = [
  "#!/bin/sh",
  "set -e",
  "",
  "make",
  "make all",
  "é",
  "a\rb",
  "\\ No",
  "- x",
  "+ y",
  "-- z",
]
  .concat("\u2028", "\f", "@@ -1 +1 @@", "crlf\r");

function script(random: Random): string {
  const lines = Array.from({ length: random.below(20) }, () => random.pick(LINES));
  return lines.join("\n") + random.pick(["", "\n"]);
}

/** Returns the text with some lines removed or added. */
function edited(random: Random, text: string): string {
  const lines = text.split("\n").flatMap((line) =>
    random.next() < 0.2 ? random.some([random.pick(LINES), line], 2) : [line]
  );
  return lines.join("\n");
}

const PROGRAMS: Record<string, string[]> = {
  patch: ["--binary", "--no-backup-if-mismatch", "-s", "-i", "change.diff", NAME],
  git: ["apply", "--whitespace=nowarn", "change.diff"],
};

for (const [program, args] of Object.entries(PROGRAMS)) {
  testWith([program], `${program} turns the old script into the new script`, async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const from = script(random);
      const to = edited(random, from);
      // patch and git may remove or refuse empty files.
      if (from === to || from === "" || to === "") continue;
      using directory = temporaryDirectory();
      const file = `${directory.path}/${NAME}`;
      await Deno.writeTextFile(file, from);
      const diff = renderDiff(`Task/${NAME}`, from, to, { color: false, terminal: false });
      await Deno.writeTextFile(`${directory.path}/change.diff`, diff);
      const { success, stdout, stderr } = await new Deno.Command(program, {
        args,
        cwd: directory.path,
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      const what = JSON.stringify({ seed, from, to, diff, said });
      assert.ok(success, what);
      assert.equal(await Deno.readTextFile(file), to, what);
    }
  });
}
