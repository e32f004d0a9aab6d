/** Completion with the names of a cluster, in the protocol that the shells' scripts read. */
import assert from "node:assert/strict";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { becomes } from "../waiting.ts";

export const completionScenarios: Scenario[] = [{
  name: "completion knows definitions, claims, runs and the steps that hold now",
  async run({ flags, claim }, directory) {
    /** The candidates with these flags; again, if a busy cluster answers after a second. */
    const completed = async (line: string, pattern: RegExp) => {
      await becomes(async () => {
        const ran = await tknDev(["__complete", ...flags, ...line.split(" ")]);
        assert.equal(ran.code, 0);
        assert.equal(ran.stderr, "");
        return pattern.test(ran.stdout);
      }, `"${line}" is completed as ${pattern}`);
    };
    await completed("pipeline upload t-deb", /^t-debug\n:4\n$/);
    await completed("pipeline upload t-debug -p ", /^who=\tdefault: .*\n:6\n$/);
    await completed("pipeline upload t-debug --on-task ", /^work(\t.*)?\ncheck(\t.*)?\n:4\n$/);
    await completed("pipeline debug t-debug --on-step work/g", /^work\/greet\t.*\n:4\n$/);
    await completed("pipeline upload t-debug --break wo", /^work(\t.*)?\nwork\/\S+\t.*\n[^]*:4\n$/);
    const bound = `name=source,claimName=${claim}`;
    await completed(`pipeline upload t-debug -w ${bound}`, RegExp(`^${bound}(\t.*)?$`, "m"));

    writeTree(directory, tree("file here.txt one"));
    const words = "pipeline upload t-debug --on-task work --on-step greet --no-continue";
    const where = ["-w", `${bound},subPath=${crypto.randomUUID()}`];
    const held = await tknDev([...words.split(" "), directory, ...where, ...flags]);
    assert.equal(held.code, 0, held.stderr);
    const name = held.stdout.trim().split("\n").at(-1)!;
    await completed(`pr shell ${name}`, RegExp(`^${name}\twork/greet before its work$`, "m"));
    await completed(`pr continue ${name} `, /^work\/greet\theld before its work\n:4\n$/);
    await completed(`pr logs ${name} -t `, /^work\n/);
    await completed(`pr logs ${name} -s gr`, /^greet\twork\n/);
    await completed(`pipeline logs t-debug ${name}`, RegExp(`^${name}\tt-debug$`, "m"));
    await completed(`pr logs ${name}`, RegExp(`^${name}\t`, "m"));
    assert.equal((await tknDev(["pr", "continue", name, ...flags])).code, 0);
    await tknDev(["pr", "logs", name, "-f", ...flags]);
    const ended = await tknDev(["__complete", ...flags, "pr", "shell", name]);
    assert.ok(!ended.stdout.includes(name));
  },
}];
