/** The scenarios of a workspace that outlives runs: only what changed travels, and nothing leads out of it. */
import assert from "node:assert/strict";
import type { Cluster } from "../support/cluster.ts";
import { tknDev } from "../support/program.ts";
import { tree, writeTree } from "../support/tree_text.ts";
import type { Scenario } from "./scenario.ts";

export const deltaScenarios: Scenario[] = [
  {
    name: "into a workspace that was uploaded to before only what changed travels",
    async run(cluster, directory) {
      const upload = work(cluster, directory);
      writeTree(
        directory,
        tree("dir old/\nfile old/gone a\nfile same b\nfile edited c\nlink l -> same"),
      );
      const first = await upload("echo made >old/made; echo more >>same");
      assert.match(first.stderr, /^Sent 3 files, 3 B in .*, verified$/m);
      assert.deepEqual(first.lines, ["./edited: c", "./l: b", "./old/gone: a", "./same: b"]);

      await Deno.remove(`${directory}/old/gone`);
      await Deno.writeTextFile(`${directory}/edited`, "C");
      const second = await upload("rm edited");
      assert.match(
        second.stderr,
        /^Sent 2 files, 2 B in .*, verified; 1 removed$/m,
        "a run changed same",
      );
      assert.deepEqual(second.lines, ["./edited: C", "./l: b", "./old/made: made", "./same: b"]);

      const third = await upload("true");
      assert.match(third.stderr, /^Sent 1 file, 1 B in .*, verified; 1 unchanged$/m);
      assert.deepEqual(third.lines, second.lines);

      const fourth = await upload("true", "--delete");
      assert.match(fourth.stderr, /^Nothing to send in .*, verified; 2 unchanged, 1 removed$/m);
      assert.deepEqual(fourth.lines, ["./edited: C", "./l: b", "./same: b"]);
    },
  },
  {
    name: "links that an earlier run has planted in a workspace do not lead an upload out of it",
    async run(cluster, directory) {
      const upload = work(cluster, directory);
      writeTree(directory, tree("dir a/\nfile a/x one\nfile f two"));
      const plant = "rm -r a f && mkdir out && ln -s out a && echo safe >safe && ln -s safe f";
      await upload(`${plant} && ln -s /tmp tmp && touch .tkn-dev-upload && rm .tkn-dev-upload`);
      await Deno.mkdir(`${directory}/tmp`);
      const name = crypto.randomUUID();
      await Deno.writeTextFile(`${directory}/tmp/${name}`, "three");
      const ran = await upload(`ls out; ls /tmp; ls -d a f tmp`);
      assert.deepEqual(ran.lines, [
        "./a/x: one",
        "./f: two",
        "./safe: safe",
        `./tmp/${name}: three`,
        ...ran.lines.slice(4),
      ]);
      assert.ok(!ran.lines.includes(name), "it is not in /tmp");
      assert.ok(!ran.lines.includes("x"), "it is not in out");
    },
  },
];

/** Uploads into one place of the shared claim, has that done in the run, and gives what the step says. */
function work(cluster: Cluster, directory: string) {
  const shared = `name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
  return async (work: string, ...flags: string[]) => {
    const ran = await tknDev([
      ..."task upload t-work --on-step take -w".split(" "),
      ...[shared, "-p", `do=${work}`, directory],
      ...flags,
      ...cluster.flags,
    ]);
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    const lines = ran.stdout.split("\n").filter((line) => line.startsWith("[work] "));
    return { ...ran, lines: lines.map((line) => line.slice("[work] ".length)) };
  };
}
