/** The last command line of a directory, repeated. */
import assert from "node:assert/strict";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

export const againScenarios: Scenario[] = [{
  name: "again repeats the last upload of a directory, with flags over it, until another starts",
  async run({ flags }, directory) {
    const cwd = `${directory}/checkout`;
    writeTree(cwd, tree("file here.txt first"));
    const env = { XDG_STATE_HOME: `${directory}/state`, TKN_DEV_NO_REMEMBER: "" };
    const dev = (line: string, more: readonly string[] = []) =>
      tknDev([...line.split(" "), ...more], { cwd, env });

    const nothing = await dev("again");
    assert.equal(nothing.code, 2);
    assert.match(
      nothing.stderr,
      /^Error: Cannot repeat .* none is remembered for it\nHint: type it/,
    );

    const dry = await dev("task upload t-steps -w name=source,emptyDir= --dry-run", flags);
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal((await dev("task upload t-steps -p nowhere", flags)).code, 2);
    assert.equal((await dev("again")).code, 2);

    const first = await dev("task upload t-steps -w name=source,emptyDir= -p greeting=hi", flags);
    assert.equal(first.code, 0, first.stderr);
    await Deno.writeTextFile(`${cwd}/here.txt`, "changed");
    const again = await dev("again -p greeting=hello");
    assert.equal(again.code, 0, again.stderr);
    assert.match(
      again.stderr,
      /^Repeating tkn-dev task upload t-steps .*-p greeting=hello .*-n \S+\n/,
    );
    assert.match(again.stdout, /hello second sees changed$/m);

    const printed = await dev("again --dry-run -o json");
    assert.equal(JSON.parse(printed.stdout).kind, "TaskRun", printed.stderr);
    assert.match(printed.stderr, /^Repeating tkn-dev task upload /);
    const other = await dev("pipeline upload --last");
    assert.equal(other.code, 2);
    assert.match(other.stderr, /Hint: tkn-dev again repeats it: tkn-dev task upload t-steps /);

    const started = await dev("task start t-say -p exit=3", flags);
    assert.equal(started.code, 1, started.stderr);
    const restarted = await tknDev(["again", cwd], { cwd: directory, env });
    assert.equal(restarted.code, 1, restarted.stderr);
    assert.match(restarted.stderr, /^Repeating tkn-dev task start t-say -p exit=3 /);
  },
}];
