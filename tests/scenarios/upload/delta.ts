/**
 * Workspaces that outlive runs: only what changed is sent, and nothing is written outside of them.
 */
import assert from "node:assert/strict";
import type { Cluster } from "../../support/cluster.ts";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

/** Twice, because an image without find can only list links. */
const PLANTED = [
  {
    name: "links that an earlier run planted in a workspace do not lead an upload out of it",
    image: "busybox",
    sent: /^Sent 5 files, .* verified; 1 unchanged since the upload .* ago, 5 removed$/m,
  },
  {
    name: "planted links do not lead an upload out of it, even if the image cannot list files",
    image: "no-find",
    sent: /^Sent 6 files, .* verified; 5 removed$/m,
  },
];

export const deltaScenarios: Scenario[] = [
  {
    name: "an upload into a workspace with an earlier upload sends only what changed",
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
      // Not now: a file saved in the second in which the record is written is sent again.
      await Deno.utime(`${directory}/edited`, 1.7e9, 1.7e9);
      const second = await upload("rm edited");
      assert.match(
        second.stderr,
        /^Sent 2 files, 2 B in .*, verified; 1 removed$/m,
        "a run changed same",
      );
      assert.deepEqual(second.lines, ["./edited: C", "./l: b", "./old/made: made", "./same: b"]);

      const third = await upload("true");
      assert.match(
        third.stderr,
        /^Sent 1 file, 1 B in .*, verified; 1 unchanged since the upload .* ago$/m,
      );
      assert.deepEqual(third.lines, second.lines);

      const fourth = await upload("true", "--delete");
      assert.match(
        fourth.stderr,
        /^Nothing to send in .*; 2 unchanged since the upload .* ago, 1 removed$/m,
      );
      assert.deepEqual(fourth.lines, ["./edited: C", "./l: b", "./same: b"]);
    },
  },
  ...PLANTED.map(({ name, image, sent }) => ({
    name,
    async run(cluster: Cluster, directory: string) {
      const upload = work(cluster, directory, image);
      writeTree(directory, tree("dir a/\nfile a/x one\nfile b/c/d two\nfile f three\nfile same s"));
      await upload([
        "mkdir out; echo safe >safe",
        "rm -r a b/c f; ln -s out a; ln -s ../out b/c; ln -s safe f",
        // Directories that all steps of a pod share, and in the sandbox all pods.
        "ln -s /tekton/home home; ln -s /tmp tmp",
      ].join("; "));
      const file = crypto.randomUUID();
      writeTree(directory, tree(`file home/${file} four\nfile tmp/${file} five`));
      const ran = await upload("find out; ls -a /tekton/home /tmp");
      assert.match(ran.stderr, sent);
      const files = [
        "./a/x: one",
        "./b/c/d: two",
        "./f: three",
        `./home/${file}: four`,
        "./safe: safe",
        "./same: s",
        `./tmp/${file}: five`,
      ];
      assert.deepEqual(ran.lines.slice(0, files.length + 1), [...files, "out"]);
      assert.ok(!ran.lines.includes(file), "it is not where the links led");
    },
  })),
];

/**
 * Uploads into one directory of the shared claim, runs a command in the run, and returns its lines.
 */
function work(cluster: Cluster, directory: string, image = "busybox") {
  const shared = `name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
  return async (work: string, ...flags: string[]) => {
    const ran = await tknDev([
      ..."task upload t-work --on-step take -w".split(" "),
      ...[shared, "-p", `do=${work}`, "-p", `image=localhost/${image}:1`, directory],
      ...flags,
      ...cluster.flags,
    ]);
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    const lines = ran.stdout.split("\n").filter((line) => line.startsWith("[work] "));
    return { ...ran, lines: lines.map((line) => line.slice("[work] ".length)) };
  };
}
