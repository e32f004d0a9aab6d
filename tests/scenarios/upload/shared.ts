/** Directories that runs write to as well: their files control nothing, and uploads take turns. */
import assert from "node:assert/strict";
import type { Cluster } from "../../support/cluster.ts";
import { type Ran, startTknDev, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

export const sharedScenarios: Scenario[] = [
  {
    name: "a record that a run planted removes nothing outside of the directory",
    async run(cluster, directory) {
      writeTree(directory, tree("file a one"));
      const upload = (work: string) =>
        tknDev(command(cluster, directory, { claim, work, more: ["--on-directory", "sub"] }));
      const claim = crypto.randomUUID();
      const record = "sub/.tkn-dev-upload/record";
      const planted = "2cf24dba5fb0a30e26e8 644 1700000000 ./../precious";
      const first = await upload(
        `echo safe >precious; touch -d @1700000000 precious; ` +
          `echo '${planted}' >>${record}; touch -d @1800000000 ${record}`,
      );
      assert.equal(first.code, 0, first.stderr);
      const second = await upload("true");
      assert.equal(second.code, 0, second.stderr);
      const lines = linesOf(second).filter((line) => /^\.\/(precious|sub\/a): /.test(line));
      assert.deepEqual(lines, ["./precious: safe", "./sub/a: one"]);
    },
  },
  {
    name: "a file whose time a run has set back is sent again",
    async run(cluster, directory) {
      writeTree(directory, tree("file a one"));
      const claim = crypto.randomUUID();
      const upload = (work: string) => tknDev(command(cluster, directory, { claim, work }));
      await upload("sleep 2; touch -r a time; printf two >a; touch -r time a; rm time");
      const ran = await upload("true");
      assert.match(ran.stderr, /^Sent 1 file, 3 B in .*, verified$/m);
      assert.deepEqual(linesOf(ran), ["./a: one"]);
    },
  },
  {
    name: "an upload into the directory of a running run waits for its end, and says so",
    async run(cluster, directory) {
      const claim = crypto.randomUUID();
      for (const name of ["one", "two"]) {
        await Deno.mkdir(`${directory}/${name}`);
        writeTree(`${directory}/${name}`, tree(`file a ${name}`));
      }
      const work = "until [ -e go ]; do sleep 1; done; rm go; cat a";
      const first = startTknDev(command(cluster, `${directory}/one`, { claim, work }));
      const pod = await first.stderrMatch(/(?<=\(pod )[^)]+/);
      await first.stderrMatch(/^Sent 1 file/m);
      const second = startTknDev(
        command(cluster, `${directory}/two`, { claim, work: "cat a" }),
      );
      await second.stderrMatch(/^Waiting for TaskRun \S+ to end: it works in the same directory$/m);
      await cluster.kube.exec({
        namespace: cluster.kube.namespace,
        pod,
        container: "step-work",
        command: ["touch", "/workspace/source/go"],
      });
      const ran = await Promise.all([first.ended, second.ended]);
      assert.deepEqual(ran.map(({ code }) => code), [0, 0], ran.map((one) => one.stderr).join(""));
      assert.deepEqual(ran.map(linesOf), [["./a: one", "one"], ["./a: two", "two"]]);
    },
  },
];

interface Work {
  /** A directory of the shared claim, for this work only. */
  readonly claim: string;
  readonly work: string;
  readonly more?: readonly string[];
}

function command(cluster: Cluster, directory: string, { claim, work, more = [] }: Work): string[] {
  const shared = `name=source,claimName=${cluster.claim},subPath=${claim}`;
  return [
    ..."task upload t-work --on-step take -w".split(" "),
    ...[shared, "-p", `do=${work}`, "-p", "image=localhost/busybox:1", directory],
    ...more,
    ...cluster.flags,
  ];
}

/** Returns the lines that the step printed after its work, one per file. */
function linesOf({ stdout }: Ran): string[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith("[work] "));
  return lines.map((line) => line.slice("[work] ".length));
}
